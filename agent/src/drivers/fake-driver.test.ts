import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformance } from '../../test/planes/conformance.ts';
import { arbitraryPlaneState } from '../../test/planes/random-states.ts';
import { DEFAULT_SETTINGS, EMPTY_PLANE } from '../dataplane/plane-state.ts';
import { FakeDriver } from './fake-driver.ts';

const seed = 20_261_201;
conformance(
  `the fake (seed ${seed})`,
  async () => {
    const driver = new FakeDriver();
    return {
      driver,
      breakOffAfter: (operations) => {
        driver.failAfter = operations;
      },
      tamper: async (state) => driver.overwrite(state),
      remove: async () => {},
    };
  },
  fc.sample(arbitraryPlaneState, { numRuns: 12, seed }),
);

describe('the fake is as strict as a kernel', () => {
  const [used] = fc.sample(
    arbitraryPlaneState.filter(({ endpoints }) => endpoints.size > 0),
    { numRuns: 1, seed },
  );
  if (!used) throw new Error('no state with an endpoint');
  const [id, set] = [...used.policySets][0] ?? [];
  const peers = set?.tiers[0]?.clauses[0]?.peers;
  const [key, endpoint] = [...used.endpoints][0] ?? [];
  if (id === undefined || !set || !peers || key === undefined || !endpoint) throw new Error('an empty state');
  const holding = () => {
    const driver = new FakeDriver();
    driver.overwrite(used);
    return driver;
  };

  it('refuses what refers to nothing', async () => {
    const driver = new FakeDriver();
    await expect(driver.apply([{ kind: 'put-policy-set', set }])).rejects.toThrow('no such address set');
    await expect(driver.apply([{ kind: 'put-endpoint', key, endpoint }])).rejects.toThrow('no settings');
    expect(await driver.read()).toEqual(EMPTY_PLANE);
    await driver.apply([{ kind: 'put-settings', settings: DEFAULT_SETTINGS }]);
    await expect(driver.apply([{ kind: 'put-endpoint', key, endpoint }])).rejects.toThrow('no such policy set');
  });

  it('refuses to remove what is in use', async () => {
    const remove = { kind: 'remove-policy-set', id: endpoint.egress } as const;
    await expect(holding().apply([remove])).rejects.toThrow('in use');
    await expect(holding().apply([{ kind: 'remove-address-set', name: peers }])).rejects.toThrow('in use');
    await expect(holding().apply([{ kind: 'remove-settings' }])).rejects.toThrow('in use');
  });
});
