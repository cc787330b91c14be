/** What a person copies to connect a cluster, and whether a cluster elsewhere can reach it. */
export function installLines(publicUrl: string, token: string) {
  const origin = publicUrl.replace(/\/+$/, '');
  const installUrl = `${origin}/install/${token}.yaml`;
  return {
    installUrl,
    kubectlLine: `kubectl apply -f "${installUrl}"`,
    labLine: `npm run lab -- --connect "${origin}/install/${token}"`,
    reachable: !isLoopback(new URL(origin).hostname),
    publicUrl: origin,
  };
}

/** Names and addresses that mean "this machine" to whoever resolves them (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), also unspecified and IPv4-mapped ones. */
export function isLoopback(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (/^127\./.test(host) || host === '0.0.0.0') return true;
  return host === '::1' || host === '::' || /^::ffff:7f[0-9a-f]{2}:/.test(host);
}
