import koffi from 'koffi';
import { PROG_INFO, TEST_RUN_OPTS } from './layouts.ts';
import { libbpf } from './libbpf.ts';
import { systemError } from './system-errors.ts';

/** The kernel's id of a loaded program. */
export function programId(fd: number): number {
  const info = Buffer.alloc(PROG_INFO.bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(info.length);
  const result = libbpf().bpf_obj_get_info_by_fd(fd, info, length) as number;
  if (result < 0) throw systemError('bpf_obj_get_info_by_fd', result);
  return info.readUInt32LE(PROG_INFO.id);
}

/** Feeds one Ethernet frame to a tc program (BPF_PROG_TEST_RUN, on the loopback device) and returns its verdict. */
export function testRun(fd: number, frame: Uint8Array): number {
  const data = Buffer.from(frame);
  const options = Buffer.alloc(TEST_RUN_OPTS.bytes);
  options.writeBigUInt64LE(BigInt(options.length), TEST_RUN_OPTS.sz);
  options.writeBigUInt64LE(koffi.address(data), TEST_RUN_OPTS.data_in);
  options.writeUInt32LE(data.length, TEST_RUN_OPTS.data_size_in);
  options.writeInt32LE(1, TEST_RUN_OPTS.repeat);
  const result = libbpf().bpf_prog_test_run_opts(fd, options) as number;
  if (result < 0) throw systemError('bpf_prog_test_run_opts', result);
  return options.readInt32LE(TEST_RUN_OPTS.retval);
}
