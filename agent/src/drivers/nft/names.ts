import { MargayError } from '@margay/model';

/** Everything of ours is in this table, and nothing else. */
export const TABLE = { family: 'inet', table: 'margay' } as const;

/** The base chain, where packets go on that may leave their sender, and where those end that are denied. */
export const CHAIN = { forward: 'forward', arrive: 'arrive', deny: 'deny' } as const;

/** The set of the endpoints' interfaces: from these only what an endpoint governs may come. */
export const HELD = 'held';

export type Family = 4 | 6;
export const FAMILIES = [4, 6] as const;
export const DIRECTIONS = ['egress', 'ingress'] as const;

/** The map from interface and address to the chain that judges. */
export const endpointMap = (direction: 'egress' | 'ingress', family: Family) => `${direction}${family}`;

export const peerSet = (name: string, family: Family) => `peers${family}.${checked(name)}`;
export const tierChain = (id: string, family: Family, node: number) => `policy.${checked(id)}.v${family}.${node}`;
export const hitChain = (id: string, hit: number) => `policy.${checked(id)}.hit.${hit}`;
/** NFLOG's prefix of a hit, within the kernel's 127 characters and NFLOG's usual 64 bytes. */
export const hitPrefix = (id: string, hit: number) => `margay.${checked(id)}.${hit}`;

const ID = '([A-Za-z0-9_]{1,32})';
const PATTERN = {
  peers: new RegExp(`^peers([46])\\.${ID}$`),
  chain: new RegExp(`^policy\\.${ID}\\.(?:v[46]|hit)\\.\\d+$`),
  root: new RegExp(`^policy\\.${ID}\\.v([46])\\.0$`),
  prefix: new RegExp(`^margay\\.${ID}\\.(\\d{1,9})$`),
};

/** The address set and family that an nft set of this name holds; null: not one of ours. */
export function parsePeerSet(name: string): { name: string; family: Family } | null {
  const [, family, own] = PATTERN.peers.exec(name) ?? [];
  return own === undefined ? null : { name: own, family: family === '4' ? 4 : 6 };
}

/** Id of the policy set that a chain belongs to; null: of none. */
export const policySetOf = (chain: string): string | null => PATTERN.chain.exec(chain)?.[1] ?? null;

/** Id of the policy set that is entered here, by packets of `family`; null: not an entry. */
export function parseRoot(chain: string, family: Family): string | null {
  const [, id, own] = PATTERN.root.exec(chain) ?? [];
  return id !== undefined && own === String(family) ? id : null;
}

export function parsePrefix(prefix: string): { id: string; hit: number } | null {
  const [, id, hit] = PATTERN.prefix.exec(prefix) ?? [];
  return id === undefined ? null : { id, hit: Number(hit) };
}

function checked(id: string): string {
  if (!new RegExp(`^${ID}$`).test(id))
    throw new MargayError('INTERNAL', `No name for nftables: ${JSON.stringify(id)}.`);
  return id;
}

/** A name as interfaces have it, without what nft would take for a pattern. */
export function checkedInterface(name: string): string {
  if (!/^[A-Za-z0-9_.:-]{1,15}$/.test(name))
    throw new MargayError('INTERNAL', `No name of an interface: ${JSON.stringify(name)}.`);
  return name;
}
