import { verbs } from '@margay/services';
import { expect, it } from 'vitest';
import { isForBrowser } from './verb-router.ts';

it('gives the browser the verbs of people and signing up, nothing of agents and jobs', () => {
  const exposed = Object.values(verbs).filter(isForBrowser);
  const hidden = Object.values(verbs).filter((verb) => !isForBrowser(verb));
  expect(exposed.map((verb) => verb.verb)).toEqual(
    expect.arrayContaining(['account.signUp', 'cluster.create', 'flow.graph', 'recommendation.get']),
  );
  expect(exposed.filter((verb) => verb.needs === 'none').map((verb) => verb.verb)).toEqual(['account.signUp']);
  expect(hidden.map((verb) => verb.verb)).toEqual(
    expect.arrayContaining(['agent.enroll', 'inventory.store', 'recommendation.store']),
  );
  expect(exposed.some((verb) => ['agent', 'system'].includes(verb.needs))).toBe(false);
});
