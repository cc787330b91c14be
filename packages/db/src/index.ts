export { CONNECTIONS, connectionsMax } from './connections.ts';
export { isDatabaseAway, sqlStateOf } from './database-away.ts';
export { Prisma } from './generated/client.ts';
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  setScope,
  type TenantScope,
  type Tx,
} from './open-database.ts';
export { uuid7 } from './uuid7.ts';
