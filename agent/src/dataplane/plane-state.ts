import type { AddressRange, DataPlaneTables, EndpointTable, PolicySetTable } from '@margay/policy';

/** An endpoint and the host side of its veth. */
export interface PlaneEndpoint extends EndpointTable {
  /** Name of the interface on the host. */
  readonly hostInterface: string;
}

/** How a plane carries out what policies decide. */
export interface PlaneSettings {
  /** `reject` tells the sender: a reset in TCP, else ICMP "administratively prohibited". */
  readonly onDeny: 'drop' | 'reject';
  /** Of connections that run when their allow is withdrawn: whether they go on. */
  readonly established: 'keep' | 'cut';
}

export const DEFAULT_SETTINGS: PlaneSettings = { onDeny: 'drop', established: 'keep' };

/** What a data plane holds, or should hold. Pure data. */
export interface PlaneState {
  /** Null: the plane judges no packet. */
  readonly settings: PlaneSettings | null;
  /** In the plane's own place is something that this type has no words for: somebody else's. Only what was read has it, never what is desired. */
  readonly foreign: boolean;
  readonly addressSets: ReadonlyMap<string, readonly AddressRange[]>;
  /** By {@link PolicySetTable.id}. */
  readonly policySets: ReadonlyMap<string, PolicySetTable>;
  /** By {@link endpointKey}. */
  readonly endpoints: ReadonlyMap<string, PlaneEndpoint>;
}

export const EMPTY_PLANE: PlaneState = {
  settings: null,
  foreign: false,
  addressSets: new Map(),
  policySets: new Map(),
  endpoints: new Map(),
};

/** One entry for each address of a pod: a pod of two families has two. */
export function endpointKey(endpoint: Pick<PlaneEndpoint, 'hostInterface' | 'address'>): string {
  return `${endpoint.hostInterface} ${rangeKey(endpoint.address)}`;
}

/** Equal ranges have equal keys. */
export function rangeKey(range: AddressRange): string {
  return `${range.family}:${range.first.toString(16)}-${range.last.toString(16)}`;
}

/** The desired state of the endpoints whose interface is known; the others are left out until it is. `hostInterface` gives null for those. */
export function planeState(
  tables: DataPlaneTables,
  hostInterface: (endpoint: EndpointTable) => string | null,
  settings: PlaneSettings = DEFAULT_SETTINGS,
): PlaneState {
  const endpoints = new Map<string, PlaneEndpoint>();
  for (const table of tables.endpoints) {
    const name = hostInterface(table);
    if (name === null) continue;
    const endpoint = { ...table, hostInterface: name };
    endpoints.set(endpointKey(endpoint), endpoint);
  }
  return { settings, foreign: false, addressSets: tables.addressSets, policySets: tables.policySets, endpoints };
}
