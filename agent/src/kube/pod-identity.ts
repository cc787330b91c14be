import { identityLabels } from '@margay/model';
import type { FactPool } from '../calc/fact-pool.ts';
import type { PodIdentity } from '../calc/identity.ts';
import { boundLabels } from './bound-labels.ts';
import { parsePod } from './pod.ts';

/** A parser of pods that keeps what a node needs: who owns it, since when, at which addresses. Equal facts are one object of `pool`. */
export function podIdentityParser(pool: FactPool): (object: unknown) => PodIdentity {
  return (object) => {
    const { pod, sinceMs, finishedAtMs, formerAddresses } = parsePod(object);
    const facts = pool.intern({
      namespace: pod.namespace,
      ownerKind: pod.ownerKind,
      name: pod.ownerName,
      labels: boundLabels(identityLabels(pod.labels)),
      serviceAccount: pod.serviceAccount,
      ports: pod.ports,
    });
    return {
      uid: pod.uid,
      namespace: pod.namespace,
      name: pod.name,
      node: pod.node,
      hostNetwork: pod.hostNetwork,
      addresses: pod.addresses,
      sinceMs,
      finishedAtMs,
      formerAddresses,
      facts,
    };
  };
}
