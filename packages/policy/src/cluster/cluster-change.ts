import type { EndpointSlice, Node, Service } from '../model/cluster.ts';
import type { HostEndpointInput, NetworkSetInput, PodInput } from './cluster-input.ts';
import type { LabelMap } from './flat-labels.ts';

/** One object of a cluster as it is now; null: it is gone. A pod's owner is taken as it stands: say the Deployment, not its ReplicaSet. */
export type ClusterChange =
  | { readonly kind: 'Namespace'; readonly name: string; readonly labels: LabelMap | null }
  | {
      readonly kind: 'ServiceAccount';
      readonly namespace: string;
      readonly name: string;
      readonly labels: LabelMap | null;
    }
  | { readonly kind: 'Pod'; readonly namespace: string; readonly name: string; readonly pod: PodInput | null }
  /** `namespace` empty: a GlobalNetworkSet. */
  | {
      readonly kind: 'NetworkSet';
      readonly namespace: string;
      readonly name: string;
      readonly set: NetworkSetInput | null;
    }
  | { readonly kind: 'HostEndpoint'; readonly name: string; readonly end: HostEndpointInput | null }
  | { readonly kind: 'Node'; readonly name: string; readonly node: Node | null }
  | { readonly kind: 'Service'; readonly namespace: string; readonly name: string; readonly service: Service | null }
  | {
      readonly kind: 'EndpointSlice';
      readonly namespace: string;
      readonly name: string;
      readonly slice: EndpointSlice | null;
    };
