export { type TestDatabase, type TestRole, testDatabase } from './test-database.ts';
