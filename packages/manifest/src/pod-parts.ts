/** Parts that both agents' pods share. */

/**
 * Where host-network pods resolve names: with the node's own resolver, so that no policy on the cluster's DNS cuts an agent
 * from a console outside; by the cluster's DNS only if the console itself is a Service of this cluster.
 */
export function dnsPolicy(consoleUrl: string): 'Default' | 'ClusterFirstWithHostNet' {
  const host = new URL(consoleUrl).hostname;
  const inCluster = /\.(svc|cluster\.local)\.?$/.test(host) || !/[.:]/.test(host);
  return inCluster && host !== 'localhost' ? 'ClusterFirstWithHostNet' : 'Default';
}

/** Environment that both roles read. */
export function commonEnv(consoleUrl: string) {
  return [
    { name: 'MARGAY_URL', value: consoleUrl },
    fromField('NODE_NAME', 'spec.nodeName'),
    fromField('POD_NAMESPACE', 'metadata.namespace'),
    { name: 'LOG_LEVEL', value: 'info' },
  ];
}

function fromField(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}
