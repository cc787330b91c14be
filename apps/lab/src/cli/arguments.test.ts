import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('parseArguments', () => {
  it('starts everything by default', () => {
    expect(parseArguments([])).toEqual({
      connect: undefined,
      apps: ['boutique', 'bank', 'prober'],
      seed: undefined,
      durationSeconds: undefined,
      install: false,
      help: false,
      down: false,
      jsonEvents: false,
    });
  });

  it('reads what it is told', () => {
    const args = parseArguments([
      '--connect',
      'http://x/install/t',
      '--apps',
      'prober,bank',
      '--seed',
      '7',
      '--duration',
      '60',
      '--json-events',
    ]);
    expect(args).toMatchObject({
      connect: 'http://x/install/t',
      apps: ['bank', 'prober'],
      seed: 7,
      durationSeconds: 60,
      jsonEvents: true,
    });
    expect(parseArguments(['--apps', '']).apps).toEqual([]);
  });

  it.each([
    [['--apps', 'shop'], /not shop/],
    [['--seed', '-1'], /--seed|whole number/],
    [['--seed', '1.5'], /whole number/],
    [['--duration', 'long'], /whole number/],
    [['--nope'], /--nope/],
    [['extra'], /extra/],
  ])('refuses %j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});
