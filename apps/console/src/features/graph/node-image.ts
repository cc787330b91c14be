import type { TopologyNode } from '@margay/graph';

/** Colours of the canvas as text that a canvas and an SVG understand. */
export interface Palette {
  readonly canvas: string;
  readonly group: string;
  readonly raised: string;
  readonly background: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly allowed: string;
  readonly denied: string;
  readonly none: string;
  readonly deniedText: string;
  readonly noneText: string;
}

/** Kinds on a box of 16 by 16 around 0,0. */
const KINDS = {
  deployment: 'M-3.2-1.2A3.4 3.4 0 0 1 2.8-2M3.2 1.2A3.4 3.4 0 0 1-2.8 2M2.9-3.7V-1.8H1M-2.9 3.7V1.8H-1',
  stateful: 'M-3-2.6C-3-3.7 3-3.7 3-2.6S-3-1.5-3-2.6V2.6C-3 3.7 3 3.7 3 2.6V-2.6M-3 0C-3 1.1 3 1.1 3 0',
  daemon: 'M-3.2-3.2H-.6V-.6H-3.2ZM.6-3.2H3.2V-.6H.6ZM-3.2 .6H-.6V3.2H-3.2ZM.6 .6H3.2V3.2H.6Z',
  job: 'M0-2V0L1.5 1M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0',
  pod: 'M-3.2-1.6 0-3.4 3.2-1.6V1.8L0 3.6-3.2 1.8ZM-3.2-1.6 0 .2 3.2-1.6M0 .2V3.6',
  service: 'M-3.4 0H3.4M0-3.4V3.4M-2.4-2.4 2.4 2.4M-2.4 2.4 2.4-2.4',
  node: 'M-3.4-3.2H3.4V-.4H-3.4ZM-3.4 .6H3.4V3.4H-3.4ZM-1.8-1.8h.01M-1.8 2h.01',
  globe: 'M-4.5 0h9M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0M0-4.5c2.5 2.5 2.5 6.5 0 9M0-4.5c-2.5 2.5-2.5 6.5 0 9',
  namespace: 'M0-3.6 3.2-1.8V1.8L0 3.6-3.2 1.8V-1.8Z',
  unknown: 'M-1.6-1.8A1.7 1.7 0 1 1 0 .6V1.4M0 3.3h.01',
} as const;
type KindIcon = keyof typeof KINDS;

const WORKLOADS: Readonly<Record<string, KindIcon>> = {
  Deployment: 'deployment',
  ReplicaSet: 'deployment',
  StatefulSet: 'stateful',
  DaemonSet: 'daemon',
  Job: 'job',
  CronJob: 'job',
  Pod: 'pod',
};

function iconOf(node: Pick<TopologyNode, 'kind' | 'workloadKind'>): KindIcon {
  switch (node.kind) {
    case 'workload':
      return WORKLOADS[node.workloadKind ?? ''] ?? 'deployment';
    case 'namespace':
      return 'namespace';
    case 'service':
      return 'service';
    case 'node':
    case 'nodes':
      return 'node';
    case 'unknown':
      return 'unknown';
    default:
      return 'globe';
  }
}

/** Whether policies can cover it at all: what stands outside has no ring. */
export function hasRing(node: Pick<TopologyNode, 'kind' | 'coverage'>): boolean {
  return node.kind === 'workload' || node.kind === 'namespace';
}

/**
 * The sign at the left of a node: its kind within the broken ring. Left half ingress, right half egress; solid as far as policies cover it, dots for the rest.
 *
 * @returns SVG elements around 0,0, of numbers and constants only: no name of a cluster is in it.
 */
export function nodeSign(node: Pick<TopologyNode, 'kind' | 'workloadKind' | 'coverage'>, palette: Palette): string {
  const ring = hasRing(node)
    ? half(node.coverage.ingress, node.coverage.of, 98, 262, palette) +
      half(node.coverage.egress, node.coverage.of, 82, -82, palette)
    : '';
  const scale = ring ? 1.05 : 1.1;
  return `${ring}<path d="${KINDS[iconOf(node)]}" transform="scale(${scale})" fill="none" stroke="${palette.text2}" stroke-width="1.05" stroke-linecap="round" stroke-linejoin="round"/>`;
}

const RADIUS = 8.5;

/** Half a ring from one angle to the other: what is covered solid, the rest in dots. */
function half(covered: number, of: number, fromDegrees: number, toDegrees: number, palette: Palette): string {
  const share = of > 0 ? Math.min(1, covered / of) : 0;
  const turn = fromDegrees + (toDegrees - fromDegrees) * share;
  const solid =
    share > 0 ? `<path d="${arc(fromDegrees, turn)}" fill="none" stroke="${palette.allowed}" stroke-width="2"/>` : '';
  const dots =
    share < 1
      ? `<path d="${arc(turn, toDegrees)}" fill="none" stroke="${palette.none}" stroke-width="1.6" stroke-dasharray="0.1 3.1" stroke-linecap="round"/>`
      : '';
  return solid + dots;
}

function arc(fromDegrees: number, toDegrees: number): string {
  const at = (degrees: number) =>
    `${(RADIUS * Math.cos((degrees * Math.PI) / 180)).toFixed(2)} ${(RADIUS * Math.sin((degrees * Math.PI) / 180)).toFixed(2)}`;
  const sweep = toDegrees > fromDegrees ? 1 : 0;
  return `M${at(fromDegrees)}A${RADIUS} ${RADIUS} 0 0 ${sweep} ${at(toDegrees)}`;
}

/** {@link nodeSign} as an image of 28 by 28 for a canvas. */
export function nodeImage(node: Pick<TopologyNode, 'kind' | 'workloadKind' | 'coverage'>, palette: Palette): string {
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="112" height="112" viewBox="-14 -14 28 28">${nodeSign(node, palette)}</svg>`)}`;
}
