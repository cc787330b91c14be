import { describe, expect, it } from 'vitest';
import { CONNECTIONS } from './connections.ts';
import { uuid7 } from './uuid7.ts';

describe('uuid7', () => {
  it('is a UUID of version 7, variant 10, that begins with the time', () => {
    const nowMs = Date.now() + 3_600_000;
    const id = uuid7(nowMs);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(nowMs);
  });

  it('sorts in the order of making, many in a millisecond and a clock set back too', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => uuid7(1_700_000_000_000 - (index % 3)));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('CONNECTIONS', () => {
  it("add up to less than PostgreSQL's default of 100, three kept for superusers, and some for a person with psql", () => {
    const all = Object.values(CONNECTIONS).flatMap((purposes) => Object.values(purposes));
    expect(all.reduce((sum, connections) => sum + connections, 0)).toBeLessThanOrEqual(90);
  });
});
