import { isDeepStrictEqual } from 'node:util';
import { type AddressRange, formatAddress } from '@margay/policy';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { EMPTY_PLANE, type PlaneState } from '../../src/dataplane/plane-state.ts';
import { NftDriver } from '../../src/drivers/nft/nft-driver.ts';
import { nftCommand } from '../../src/drivers/nft/run-nft.ts';
import { planOperations } from '../../src/sequence/plan-operations.ts';
import { Reconciler } from '../../src/sequence/reconciler.ts';
import { conformance, type DriverUnderTest } from './conformance.ts';
import { arbitraryPlaneState } from './random-states.ts';
import { TestNamespace, whyNoNamespaces } from './test-namespace.ts';

const reason = whyNoNamespaces();
if (reason) console.log(`skipped: nftables driver: ${reason}`);
const seed = Number(process.env.MARGAY_TEST_SEED ?? 20_261_201);
const LOG_GROUP = 7;

class PlaneUnderTest implements DriverUnderTest {
  readonly namespace = new TestNamespace('nft');
  readonly #nft = nftCommand(this.namespace.enter);
  #breakIn: 'before' | 'after' | null = null;
  readonly driver = new NftDriver({
    logGroup: LOG_GROUP,
    run: async (args, input) => {
      const breaks = input === '' ? null : this.#breakIn;
      if (input !== '') this.#breakIn = null;
      if (breaks === 'before') throw new Error('broken off before');
      const printed = await this.#nft(args, input);
      if (breaks === 'after') throw new Error('broken off after');
      return printed;
    },
  });

  /** All operations are one transaction: it is there or not when the process ends. */
  breakOffAfter(operations: number): void {
    this.#breakIn = operations % 2 === 0 ? 'before' : 'after';
  }

  async tamper(state: PlaneState): Promise<void> {
    const other = new NftDriver({ run: this.#nft, logGroup: LOG_GROUP });
    await other.apply([{ kind: 'clear' }, ...planOperations(EMPTY_PLANE, state)]);
  }

  /** nft by hand, as somebody else would. */
  nft(text: string): string {
    return this.namespace.run('nft', text);
  }

  async remove(): Promise<void> {
    this.namespace.remove();
  }
}

describe.skipIf(reason)('nftables', () => {
  const made: PlaneUnderTest[] = [];
  const emptyPlane = () => {
    const plane = new PlaneUnderTest();
    made.push(plane);
    return plane;
  };
  afterEach(async () => {
    for (const plane of made.splice(0)) await plane.remove();
  });

  conformance(
    `nftables (seed ${seed})`,
    async () => new PlaneUnderTest(),
    fc.sample(arbitraryPlaneState, { numRuns: 5, seed }),
  );

  it('lists every state as it was written', async () => {
    const plane = emptyPlane();
    for (const state of fc.sample(arbitraryPlaneState, { numRuns: 50, seed: seed + 1 })) {
      await plane.driver.apply(planOperations(await plane.driver.read([state]), state));
      expect(await plane.driver.read([state])).toEqual(state);
    }
  });

  it('finds and undoes whatever somebody does to its table, and leaves other tables alone', async () => {
    const plane = emptyPlane();
    const [state] = fc.sample(
      arbitraryPlaneState.filter(({ endpoints, addressSets }) => endpoints.size > 1 && addressSets.has('s1')),
      { numRuns: 1, seed },
    );
    if (!state) throw new Error('no state with endpoints');
    const [endpoint] = state.endpoints.values();
    if (!endpoint) throw new Error('no endpoint');
    const { family } = endpoint.address;
    const own = `${endpoint.hostInterface} . ${formatOwn(endpoint)}`;
    const set = endpoint.ingress;
    plane.nft('add table inet others; add chain inet others margay; add rule inet others margay accept');
    const others = plane.nft('list table inet others');
    const doings = [
      'delete table inet margay',
      'add element inet margay held { stranger }',
      'flush set inet margay held',
      'flush chain inet margay arrive',
      'add chain inet margay stranger',
      'add chain inet margay stranger { type filter hook forward priority 0; policy drop; }',
      'add chain inet margay forward { policy drop; }',
      'add table inet margay { flags dormant; }',
      'add set inet margay stranger { type ipv4_addr; }',
      'add map inet margay stranger { type mark : verdict; }',
      'add counter inet margay stranger',
      'add rule inet margay forward accept',
      'insert rule inet margay forward accept',
      'flush chain inet margay forward',
      'insert rule inet margay deny accept',
      `insert rule inet margay policy.${set}.v${family}.0 accept`,
      `add rule inet margay policy.${set}.v${family}.0 counter`,
      `flush chain inet margay policy.${set}.hit.0`,
      `add chain inet margay policy.${set}.v4.99`,
      'add chain inet margay policy.0123456789abcdef.v4.0',
      'add element inet margay peers4.s1 { 10.0.0.3 }',
      'flush set inet margay peers4.s1',
      `flush map inet margay ingress${family}`,
      `delete element inet margay egress${family} { ${own} }`,
      `add element inet margay egress${family} { stranger . ${formatOwn(endpoint)} : accept }`,
      `delete element inet margay egress${family} { ${own} }; add element inet margay egress${family} { ${own} : accept }`,
    ];
    for (const doing of doings) {
      await plane.driver.apply(planOperations(await plane.driver.read([state]), state));
      expect(await plane.driver.read([state])).toEqual(state);
      plane.nft(doing);
      expect([doing, await plane.driver.read([state])]).not.toEqual([doing, state]);
    }
    await plane.driver.apply(planOperations(await plane.driver.read([state]), state));
    expect(await plane.driver.read([state])).toEqual(state);
    await plane.driver.cleanup();
    expect(plane.nft('list ruleset')).toBe(others);
  });

  it('counts as drift what others did, and nothing of its own', async () => {
    const plane = emptyPlane();
    const reconciler = new Reconciler(plane.driver);
    const states = fc.sample(
      arbitraryPlaneState.filter(({ endpoints }) => endpoints.size > 0),
      { numRuns: 4, seed },
    );
    for (const state of states) await reconciler.want(state);
    expect(reconciler.drifted).toBe(0);
    plane.nft('flush chain inet margay deny; flush map inet margay egress4; flush map inet margay ingress4');
    await reconciler.resync();
    const last = states.at(-1) ?? EMPTY_PLANE;
    const gone = [...last.endpoints.values()].filter(({ address }) => address.family === 4);
    expect(reconciler.drifted).toBe(1 + gone.length);
    expect(await plane.driver.read([last])).toEqual(last);
  });

  it('writes and reads twenty thousand addresses in one go', async () => {
    const plane = emptyPlane();
    const ranges = Array.from({ length: 20_000 }, (_, place) => {
      const first = 0x0a_00_00_00n + BigInt(place * 4);
      return { family: 4 as const, first, last: first + BigInt(place % 3) };
    });
    const of = (addressSets: PlaneState['addressSets']) => ({ ...EMPTY_PLANE, addressSets });
    for (const part of [ranges, ranges.filter((_, place) => place % 2 === 0), ranges.slice(9_000)]) {
      const state = of(new Map([['many', part]]));
      await plane.driver.apply(planOperations(await plane.driver.read([state]), state));
      expect(isDeepStrictEqual(await plane.driver.read([state]), state)).toBe(true);
    }
  });
});

const formatOwn = ({ address: { family, first } }: { readonly address: AddressRange }) =>
  formatAddress({ family, value: first });
