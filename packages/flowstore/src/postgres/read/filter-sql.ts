import { ACTIONS } from '@margay/model';
import type { FlowFilter } from '../../contract.ts';
import { globToLike } from '../../merge/glob.ts';
import { KIND_SQL } from '../kind.ts';
import type { Parameters } from './sources.ts';

/**
 * A condition that lets through every raw row that may become part of a row that passes `filter`, and few others. Where the destination is still a Service, its
 * workload, its port and its other end are known after merging only: such rows always pass here.
 */
export function filterSql(filter: FlowFilter, parameters: Parameters, scope: { org: string; cluster: string }): string {
  const peers = (condition: string) =>
    `(SELECT id FROM flow.peers WHERE org_id = ${scope.org} AND cluster_id = ${scope.cluster} AND ${condition})`;
  const like = (column: string, patterns: readonly string[]) =>
    `${column} LIKE ANY (${parameters.add(patterns.map(globToLike))}::text[])`;
  const isService = `dst IN ${peers(`kind = 'service'`)}`;
  const conditions: string[] = [];
  if (filter.srcNamespace) conditions.push(`src IN ${peers(like('namespace', filter.srcNamespace))}`);
  if (filter.srcName) conditions.push(`src IN ${peers(like('name', filter.srcName))}`);
  // A Service's workloads are in its own namespace.
  if (filter.dstNamespace) conditions.push(`dst IN ${peers(like('namespace', filter.dstNamespace))}`);
  if (filter.namespace) {
    const ids = peers(like('namespace', filter.namespace));
    conditions.push(`(src IN ${ids} OR dst IN ${ids})`);
  }
  if (filter.dstName)
    conditions.push(`(dst IN ${peers(like('name', filter.dstName))} OR ${isService} OR service <> 0)`);
  if (filter.name) {
    const ids = peers(like('name', filter.name));
    conditions.push(`(src IN ${ids} OR dst IN ${ids} OR ${isService} OR service <> 0)`);
  }
  if (filter.protocol) conditions.push(`${KIND_SQL.protocol} = ANY (${parameters.add(filter.protocol)}::int[])`);
  if (filter.port) conditions.push(`(${KIND_SQL.port} = ANY (${parameters.add(filter.port)}::int[]) OR ${isService})`);
  if (filter.action)
    conditions.push(
      `${KIND_SQL.action} = ANY (${parameters.add(filter.action.map((action) => ACTIONS.indexOf(action)))}::int[])`,
    );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}
