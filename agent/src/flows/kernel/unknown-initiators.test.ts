import { expect, it } from 'vitest';
import { KEY, KeyPile } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { batchOf } from './batch-fixture.ts';
import { UnknownInitiators } from './unknown-initiators.ts';

const key = (port: string) => `01000000${'0a'.repeat(32)}${port}0050 04 06 00 00`;
const KEYS = batchOf([
  { key: key('0001'), value: '' },
  { key: key('0002'), value: '' },
]).keys;
const samples = () =>
  [
    { initiator: 'unknown', localPort: 1 },
    { initiator: 'local', localPort: 2 },
  ] as ConnectionSample[];

it('asks for unknown ones alone, and once while they live', () => {
  const asked: number[] = [];
  const unknown = new UnknownInitiators({
    initiator: (connection) => {
      asked.push(connection.localPort);
      return 'remote';
    },
  });
  for (let window = 0; window < 3; window++) {
    const read = samples();
    unknown.resolve(KEYS, read, 0);
    expect(read.map((sample) => sample.initiator)).toEqual(['remote', 'local']);
  }
  expect(asked).toEqual([1]);
  const gone = new KeyPile(KEY.bytes);
  gone.add(KEYS);
  unknown.forget(gone);
  unknown.resolve(KEYS, samples(), 0);
  expect(asked).toEqual([1, 1]);
});

it('leaves unknown what conntrack does not know', () => {
  const unknown = new UnknownInitiators({ initiator: () => 'unknown' });
  const read = samples();
  unknown.resolve(KEYS, read, 0);
  expect(read[0]?.initiator).toBe('unknown');
});
