import { closeSync } from 'node:fs';
import { LINK_CREATE_OPTS, LINK_INFO } from './layouts.ts';
import { libbpf } from './libbpf.ts';
import { ERRNO, systemError } from './system-errors.ts';

const ATTACH_TYPE = { ingress: 46, egress: 47 } as const;
/** With no program named: before all others. */
const BPF_F_BEFORE = 1 << 3;

/** A program at the head of an interface's tcx hook (kernel ≥ 6.6). It goes when its last reference does: this descriptor, or a pin. */
export class TcxLink {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Returns undefined where the kernel has no tcx. */
  static attach(programFd: number, interfaceIndex: number, direction: keyof typeof ATTACH_TYPE): TcxLink | undefined {
    const options = Buffer.alloc(LINK_CREATE_OPTS.bytes);
    options.writeBigUInt64LE(BigInt(options.length), LINK_CREATE_OPTS.sz);
    options.writeUInt32LE(BPF_F_BEFORE, LINK_CREATE_OPTS.flags);
    const fd = libbpf().bpf_link_create(programFd, interfaceIndex, ATTACH_TYPE[direction], options) as number;
    if (fd === -ERRNO.EINVAL || fd === -ERRNO.EOPNOTSUPP) return undefined;
    if (fd < 0) throw systemError(`attaching to interface ${interfaceIndex} (tcx ${direction})`, fd);
    return new TcxLink(fd);
  }

  /** Opens a pinned link; undefined when nothing is pinned there. */
  static openPinned(path: string): TcxLink | undefined {
    const fd = libbpf().bpf_obj_get(path) as number;
    if (fd === -ERRNO.ENOENT) return undefined;
    if (fd < 0) throw systemError(`bpf_obj_get(${path})`, fd);
    return new TcxLink(fd);
  }

  pin(path: string): void {
    const result = libbpf().bpf_obj_pin(this.fd, path) as number;
    if (result < 0) throw systemError(`bpf_obj_pin(${path})`, result);
  }

  /** 0 once the interface is gone or somebody detached the link. */
  interfaceIndex(): number {
    const info = Buffer.alloc(LINK_INFO.bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(info.length);
    const result = libbpf().bpf_obj_get_info_by_fd(this.fd, info, length) as number;
    if (result < 0) throw systemError('bpf_obj_get_info_by_fd', result);
    return info.readUInt32LE(LINK_INFO.ifindex);
  }

  /** Replaces the program without a gap. */
  update(programFd: number): void {
    const result = libbpf().bpf_link_update(this.fd, programFd, null) as number;
    if (result < 0) throw systemError('bpf_link_update', result);
  }

  detach(): void {
    libbpf().bpf_link_detach(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}

const PROGRAMS_MAX = 64;

/** Ids of the programs at an interface's tcx hook, in the order they run; empty where the kernel has no tcx. */
export function tcxProgramIds(interfaceIndex: number, direction: keyof typeof ATTACH_TYPE): number[] {
  const ids = Buffer.alloc(4 * PROGRAMS_MAX);
  const flags = Buffer.alloc(4);
  const count = Buffer.alloc(4);
  count.writeUInt32LE(PROGRAMS_MAX);
  const result = libbpf().bpf_prog_query(interfaceIndex, ATTACH_TYPE[direction], 0, flags, ids, count) as number;
  if (result === -ERRNO.EINVAL || result === -ERRNO.EOPNOTSUPP) return [];
  if (result < 0) throw systemError(`asking for the programs of interface ${interfaceIndex}`, result);
  return Array.from({ length: count.readUInt32LE() }, (_, i) => ids.readUInt32LE(4 * i));
}
