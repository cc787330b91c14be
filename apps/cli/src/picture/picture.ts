/** What is drawn: who may connect to whom, and how. */
export interface PictureEdge {
  /** As connectivity names peers: `namespace/name[Kind]`, `first-last[External]`, `{ingress-controller}`. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly look: Look;
}
export type Look = 'plain' | 'added' | 'removed' | 'changed';

/** A box with the connections that it takes in. */
export interface PictureNode {
  readonly id: string;
  /** Null: outside any namespace. */
  readonly group: string | null;
  readonly title: string;
  readonly kind: string;
  readonly side: 'first' | 'middle' | 'last';
  readonly rows: readonly PictureRow[];
}
export interface PictureRow {
  readonly text: string;
  readonly look: Look;
  /** Every workload may: said in words, as lines from all of them would hide the rest. */
  readonly fromAll: boolean;
  /** Ids of nodes; a line from each. */
  readonly from: readonly string[];
}

/** From so many workloads on, what all of them may do is said, not drawn. */
const ALL_MIN = 4;
/** So many workloads of a namespace without a connection are shown one by one. */
const QUIET_MAX = 3;
const OUTSIDE = /\[External\]$|^\{/;

/**
 * Sorts edges into boxes. What is outside stands at both ends: as who connects, and as who is connected to. `workloads`: all that there are; empty
 * where the edges are not all of their connections.
 */
export function makePicture(workloads: readonly string[], edges: readonly PictureEdge[]): readonly PictureNode[] {
  const names = new Set([...workloads, ...edges.flatMap(({ from, to }) => [from, to])]);
  const inside = [...names].filter((name) => !OUTSIDE.test(name)).sort();
  const callers = new Set(edges.map(({ from }) => from).filter((name) => OUTSIDE.test(name)));
  const called = new Set(edges.map(({ to }) => to).filter((name) => OUTSIDE.test(name)));
  const byTarget = Map.groupBy(edges, ({ to }) => to);
  const rowsOf = (name: string) =>
    makeRows(
      byTarget.get(name) ?? [],
      inside.filter((one) => one !== name),
    );
  return [
    ...[...callers].sort().map((name) => outsideNode(name, 'first', [])),
    ...foldQuiet(
      inside.map((name) => workloadNode(name, rowsOf(name))),
      new Set(edges.flatMap(({ from, to }) => [from, to])),
    ),
    ...[...called].sort().map((name) => outsideNode(name, 'last', rowsOf(name))),
  ];
}

/** Workloads of a namespace that connect to nobody, where there are many: one box for all of them. */
function foldQuiet(nodes: readonly PictureNode[], busy: ReadonlySet<string>): PictureNode[] {
  const quiet = nodes.filter(({ id }) => !busy.has(id));
  const folded = [...Map.groupBy(quiet, ({ group }) => group)].filter(([, list]) => list.length > QUIET_MAX);
  const gone = new Set(folded.flatMap(([, list]) => list.map(({ id }) => id)));
  const boxes = folded.map(([group, list]): PictureNode => {
    const title = `${list.length} workloads`;
    return { id: `quiet ${group}`, group, title, kind: 'without a connection', side: 'middle', rows: [] };
  });
  return [...nodes.filter(({ id }) => !gone.has(id)), ...boxes];
}

function makeRows(edges: readonly PictureEdge[], others: readonly string[]): PictureRow[] {
  const byLabel = Map.groupBy(edges, ({ look, text }) => `${look} ${text}`);
  return [...byLabel.values()].map((list) => {
    const { text, look } = list[0] as PictureEdge;
    const from = new Set(list.map((edge) => edge.from));
    const fromAll = others.length >= ALL_MIN && others.every((name) => from.has(name));
    const drawn = [...from].filter((name) => !fromAll || OUTSIDE.test(name));
    return { text, look, fromAll, from: drawn.map((name) => (OUTSIDE.test(name) ? `first ${name}` : name)).sort() };
  });
}

function workloadNode(name: string, rows: readonly PictureRow[]): PictureNode {
  const [, group = null, title = name, kind = ''] = /^([^/]*)\/(.*)\[([^[\]]*)\]$/.exec(name) ?? [];
  return { id: name, group, title, kind, side: 'middle', rows };
}

const EVERYWHERE: Readonly<Record<string, string>> = {
  '0.0.0.0-255.255.255.255[External]': 'anywhere outside',
  '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External]': 'anywhere outside (IPv6)',
};

function outsideNode(name: string, side: 'first' | 'last', rows: readonly PictureRow[]): PictureNode {
  const title = EVERYWHERE[name] ?? name.replace('[External]', '').replace(/[{}]/g, '');
  const kind = name.startsWith('{') ? 'by Ingress or Route' : 'outside the cluster';
  return { id: `${side} ${name}`, group: null, title, kind, side, rows };
}
