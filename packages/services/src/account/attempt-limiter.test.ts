import { describe, expect, it } from 'vitest';
import { AttemptLimiter } from './attempt-limiter.ts';

describe('AttemptLimiter', () => {
  it('refuses after so many failures until the window that began with the first is over', () => {
    const limiter = new AttemptLimiter({ perKeyMax: 2, windowMs: 60_000, keysMax: 10 });
    limiter.fail('a', 0);
    limiter.check('a', 1);
    limiter.fail('a', 30_000);
    expect(() => limiter.check('a', 30_001)).toThrow('try again in 1 minute');
    expect(() => limiter.check('b', 30_001)).not.toThrow();
    expect(() => limiter.check('a', 60_000)).not.toThrow();
    limiter.fail('a', 60_001);
    expect(() => limiter.check('a', 60_002)).not.toThrow();
  });

  it('forgets a key that succeeds', () => {
    const limiter = new AttemptLimiter({ perKeyMax: 1, windowMs: 60_000, keysMax: 10 });
    limiter.fail('a', 0);
    limiter.succeed('a');
    expect(() => limiter.check('a', 1)).not.toThrow();
  });

  it('remembers at most so many keys: the longest untouched go', () => {
    const limiter = new AttemptLimiter({ perKeyMax: 1, windowMs: 60_000, keysMax: 2 });
    for (const key of ['a', 'b', 'a', 'c']) limiter.fail(key, 0);
    expect(() => limiter.check('b', 1)).not.toThrow();
    for (const key of ['a', 'c']) expect(() => limiter.check(key, 1)).toThrow();
  });
});
