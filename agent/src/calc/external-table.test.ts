import { describe, expect, it } from 'vitest';
import { ExternalTable } from './external-table.ts';

const nameOf = (table: ExternalTable, address: string, nowMs = 0) => {
  const { identity, swallowed } = table.name(address, nowMs);
  const text =
    identity.peer.kind === 'external' ? identity.peer.address : identity.peer.kind === 'cidr' ? identity.peer.cidr : '';
  return `${text}${swallowed ? ' swallowed' : ''}`;
};

describe('ExternalTable', () => {
  it('names addresses up to its cap, then ever wider networks', () => {
    const table = new ExternalTable(2);
    expect(
      ['1.0.0.1', '1.0.0.2', '1.0.0.3', '1.0.0.1', '2.0.0.1', '2001:db8::1', '2001:db9::1'].map((a) =>
        nameOf(table, a),
      ),
    ).toEqual([
      '1.0.0.1',
      '1.0.0.2',
      '1.0.0.0/24 swallowed',
      '1.0.0.1',
      '2.0.0.0/16 swallowed',
      '::/0 swallowed',
      '::/0 swallowed',
    ]);
  });

  it('gives the room of a name that fell out of use to another', () => {
    const table = new ExternalTable(1);
    expect(nameOf(table, '1.0.0.1')).toBe('1.0.0.1');
    expect(nameOf(table, '9.0.0.1', 1_000)).toContain('swallowed');
    expect(nameOf(table, '9.0.0.1', 3_600_001)).toBe('9.0.0.1');
  });

  it('with room for none still names everything', () => {
    expect(nameOf(new ExternalTable(0), '1.0.0.1')).toBe('0.0.0.0/0 swallowed');
  });
});
