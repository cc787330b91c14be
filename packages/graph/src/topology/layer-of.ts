import type { EdgeInput, Layer } from './types.ts';

const UDP = 17;
const DNS_PORT = 53;

/** The layer that an edge belongs to; null for what is always drawn. A denied edge is never hidden: it is what a person must decide. */
export function layerOf(edge: EdgeInput): Layer | null {
  if (edge.verdict === 'denied') return null;
  if (isClusterDns(edge)) return 'dns';
  return edge.src.kind === 'node' && edge.dst.kind === 'workload' ? 'probes' : null;
}

/** Queries to the cluster's DNS, on whatever port its pods listen; scrapes of its metrics are not. */
function isClusterDns({ dst, service, protocol, port }: EdgeInput): boolean {
  if (dst.kind !== 'workload' && dst.kind !== 'service') return false;
  const isServer = dst.kind === 'workload' && dst.labels['k8s-app'] === 'kube-dns';
  const named = service ?? (dst.kind === 'service' ? dst : null);
  const isService =
    named !== null && named.namespace === 'kube-system' && /(^|-)(kube-dns|coredns|dns)$/.test(named.name);
  if (isService) return true;
  return (
    (isServer && (protocol === UDP || port === DNS_PORT)) || (dst.namespace === 'kube-system' && port === DNS_PORT)
  );
}
