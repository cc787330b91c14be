'use client';
import type { Topology, TopologyEdge } from '@margay/graph';
import { Ago, type Column, DataTable, Empty, formatBytes, formatCount, formatRate, VerdictSign } from '@margay/ui';
import { useMemo } from 'react';

/** The same edges as the picture, one row each. */
export function TableTwin({
  topology,
  seconds,
  selected,
  onEdge,
}: {
  topology: Topology;
  seconds: number;
  selected: string | null;
  onEdge: (id: string) => void;
}) {
  const columns = useMemo(() => twinColumns(topology, seconds), [topology, seconds]);
  if (topology.edges.length === 0)
    return (
      <Empty title="No edge in this time">
        <p>Nothing that is drawn talked to anything else. Layers may hide some: see the tool bar.</p>
      </Empty>
    );
  return (
    <DataTable
      describe="Edges of the service graph"
      rows={topology.edges}
      rowId={(edge) => edge.id}
      columns={columns}
      initialSort={{ id: 'from', desc: false }}
      selectedId={selected}
      onOpen={(edge) => onEdge(edge.id)}
      testId="graph-table"
    />
  );
}

function twinColumns(topology: Topology, seconds: number): Column<TopologyEdge>[] {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const scope = (id: string) => {
    const node = nodes.get(id);
    if (!node || node.isCollapsedGroup) return '';
    return node.namespace ?? (node.kind === 'node' ? 'node' : node.kind === 'unknown' ? 'unknown' : 'outside');
  };
  const name = (id: string) => nodes.get(id)?.label ?? id;
  const cell = (id: string) => (
    <span title={`${scope(id)} / ${name(id)}`}>
      {scope(id) ? <span className="ns">{scope(id)} / </span> : null}
      <span className="name">{name(id)}</span>
    </span>
  );
  return [
    {
      id: 'from',
      head: 'From',
      sortBy: (edge) => `${scope(edge.source)}/${name(edge.source)}`,
      cell: (edge) => cell(edge.source),
    },
    {
      id: 'to',
      head: 'To',
      sortBy: (edge) => `${scope(edge.target)}/${name(edge.target)}`,
      cell: (edge) => cell(edge.target),
    },
    {
      id: 'verdict',
      head: 'Verdict',
      sortBy: (edge) => edge.verdict,
      cell: (edge) => <VerdictSign verdict={edge.verdict} />,
    },
    {
      id: 'ports',
      head: 'Ports',
      cell: (edge) => (
        <span
          className="mono"
          title={edge.ports.join(', ')}
        >{`${edge.ports.slice(0, 3).join(', ')}${edge.portCount > 3 ? ` +${edge.portCount - 3}` : ''}`}</span>
      ),
    },
    {
      id: 'connections',
      head: 'Connections',
      numeric: true,
      sortBy: (edge) => edge.connections,
      cell: (edge) => formatCount(edge.connections),
    },
    {
      id: 'rate',
      head: 'Rate',
      numeric: true,
      sortBy: (edge) => edge.connections,
      className: 'not-narrow',
      cell: (edge) => formatRate(edge.connections, seconds),
    },
    {
      id: 'bytes',
      head: 'Bytes',
      numeric: true,
      sortBy: (edge) => edge.bytes,
      cell: (edge) => formatBytes(edge.bytes),
    },
    {
      id: 'seen',
      head: 'Last seen',
      numeric: true,
      sortBy: (edge) => edge.lastSeenMs,
      className: 'not-narrow',
      cell: (edge) => <Ago ms={edge.lastSeenMs} />,
    },
  ];
}
