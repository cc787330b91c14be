import { expect, it } from 'vitest';
import { aroundToken, isConnected, reachableStart, stepTitle } from './step-words.ts';

it('names each step by its state', () => {
  expect(stepTitle({ step: 'flow', state: 'done' })).toBe('First flow seen');
  expect(stepTitle({ step: 'inventory', state: 'failed' })).toBe('Inventory stopped');
});

it('is connected when all has arrived, not before and not when nothing is known', () => {
  expect(isConnected([{ state: 'done' }, { state: 'done' }])).toBe(true);
  expect(isConnected([{ state: 'done' }, { state: 'waiting' }])).toBe(false);
  expect(isConnected([])).toBe(false);
});

it('keeps the port of a loopback console', () => {
  expect(reachableStart('http://127.0.0.1:3017')).toBe(
    'HOST=0.0.0.0 PORT=3017 MARGAY_PUBLIC_URL=http://ADDRESS-OF-THIS-MACHINE:3017 npm start',
  );
});

it('finds the token in its line', () => {
  expect(aroundToken('apply "x/mgt_1.yaml"', 'mgt_1')).toEqual(['apply "x/', 'mgt_1', '.yaml"']);
  expect(aroundToken('apply', 'mgt_1')).toEqual(['apply', '', '']);
});
