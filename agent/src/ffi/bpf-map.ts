import { closeSync } from 'node:fs';
import { promisify } from 'node:util';
import { KeyPile } from './key-pile.ts';
import { MAP_INFO } from './layouts.ts';
import { libbpf } from './libbpf.ts';
import { ERRNO, systemError } from './system-errors.ts';

/** Entries of one batch: `count` keys and values side by side, as long as the map says. The memory is reused by the next batch. */
export interface MapBatch {
  readonly count: number;
  readonly keys: Buffer;
  readonly values: Buffer;
  /** The same memory as words of 32 bits: what 200,000 entries are read through. */
  readonly keyWords: Uint32Array;
  readonly valueWords: Uint32Array;
}

const BATCH_ENTRIES = 8_192;
const BPF_ANY = 0;

/** A kernel map by file descriptor. Keys and values are bytes; layouts.ts says what they mean. */
export class BpfMap {
  readonly fd: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly id: number;

  constructor(fd: number) {
    const info = Buffer.alloc(MAP_INFO.bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(info.length);
    check('bpf_obj_get_info_by_fd', libbpf().bpf_obj_get_info_by_fd(fd, info, length));
    this.fd = fd;
    this.id = info.readUInt32LE(MAP_INFO.id);
    this.keyBytes = info.readUInt32LE(MAP_INFO.key_size);
    this.valueBytes = info.readUInt32LE(MAP_INFO.value_size);
  }

  /** Opens a pinned map; undefined when nothing is pinned there. The caller closes it. */
  static openPinned(path: string): BpfMap | undefined {
    const fd = libbpf().bpf_obj_get(path) as number;
    if (fd === -ERRNO.ENOENT) return undefined;
    check(`bpf_obj_get(${path})`, fd);
    return new BpfMap(fd);
  }

  /** The value of `key` (per-CPU maps: one value a possible CPU, each padded to 8 bytes), or undefined. */
  get(key: Buffer, valueBytes = this.valueBytes): Buffer | undefined {
    const value = Buffer.alloc(valueBytes);
    const result = libbpf().bpf_map_lookup_elem(this.fd, key, value) as number;
    if (result === -ERRNO.ENOENT) return undefined;
    check('bpf_map_lookup_elem', result);
    return value;
  }

  set(key: Buffer, value: Buffer): void {
    check('bpf_map_update_elem', libbpf().bpf_map_update_elem(this.fd, key, value, BPF_ANY) as number);
  }

  /** As `set`, on another thread: replacing a map in a map waits until no program uses the old one. */
  async setAsync(key: Buffer, value: Buffer): Promise<void> {
    const update = promisify(libbpf().bpf_map_update_elem.async);
    check('bpf_map_update_elem', (await update(this.fd, key, value, BPF_ANY)) as number);
  }

  /** Deletes in batches, on another thread. @returns the keys that were not there. */
  async deleteAll(keys: KeyPile): Promise<KeyPile> {
    const call = promisify(libbpf().bpf_map_delete_batch.async);
    const count = Buffer.alloc(4);
    const missing = new KeyPile(this.keyBytes);
    for (let at = 0; at < keys.length; ) {
      count.writeUInt32LE(keys.length - at);
      const result = (await call(this.fd, keys.from(at), count, null)) as number;
      at += count.readUInt32LE();
      // It stops at the first that is not there.
      if (result === -ERRNO.ENOENT) missing.add(keys.from(at++));
      else check('bpf_map_delete_batch', result);
    }
    return missing;
  }

  /** Walks all entries in batches; `remove` takes each batch out as it is read. Entries added meanwhile may be missed. */
  async *batches(options: { remove?: boolean } = {}): AsyncGenerator<MapBatch> {
    const lib = libbpf();
    const call = options.remove ? lib.bpf_map_lookup_and_delete_batch : lib.bpf_map_lookup_batch;
    const read = promisify(call.async);
    const [keys, values] = [this.keyBytes, this.valueBytes].map((bytes) => takeMemory(BATCH_ENTRIES * bytes)) as [
      Buffer,
      Buffer,
    ];
    const [keyWords, valueWords] = [wordsOf(keys), wordsOf(values)];
    const position = Buffer.alloc(Math.max(8, this.keyBytes));
    const count = Buffer.alloc(4);
    try {
      for (let first = true; ; first = false) {
        count.writeUInt32LE(BATCH_ENTRIES);
        const result = (await read(this.fd, first ? null : position, position, keys, values, count, null)) as number;
        // ENOENT is the end, and it comes with the last entries and a valid count.
        if (result !== -ERRNO.ENOENT) check('bpf_map_lookup_batch', result);
        const entries = count.readUInt32LE();
        if (entries > 0) yield { count: entries, keys, values, keyWords, valueWords };
        if (result === -ERRNO.ENOENT) return;
      }
    } finally {
      spare.push(keys, values);
    }
  }

  /** Removes every entry. */
  async clear(): Promise<void> {
    for await (const _ of this.batches({ remove: true }));
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Megabytes that every window needs for a moment, and that a garbage collector would leave lying. */
const spare: Buffer[] = [];

function takeMemory(bytes: number): Buffer {
  const at = spare.findIndex((memory) => memory.length === bytes);
  return at < 0 ? Buffer.alloc(bytes) : (spare.splice(at, 1)[0] as Buffer);
}

/** Keys and values are multiples of 4 bytes long, and an allocation of this size starts on a boundary of its own. */
function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}

function check(call: string, result: number): void {
  if (result < 0) throw systemError(call, result, libbpf().takeMessages());
}
