/** Kubernetes' protocol names as IANA numbers; absent means TCP. */
export function protocolNumber(name: string): number {
  if (name === 'UDP') return 17;
  if (name === 'SCTP') return 132;
  return 6;
}
