/**
 * Every memory layout that crosses into the kernel or a C library, and nothing else. `layouts.kernel.test.ts` compares
 * the first part with the compiled program's BTF and the second with the C headers.
 */

/** bpf/include/layout.h: struct margay_key. */
export const KEY = {
  bytes: 44,
  ifindex: 0,
  local: 4,
  remote: 20,
  local_port: 36,
  remote_port: 38,
  family: 40,
  protocol: 41,
  role: 42,
} as const;

/** bpf/include/layout.h: struct margay_conn. */
export const CONN = {
  bytes: 48,
  first_ns: 0,
  last_ns: 8,
  answered_ns: 16,
  held_bytes: 24,
  held_packets: 32,
  initiator: 40,
  fin_local: 41,
  fin_remote: 42,
  ended: 43,
} as const;

/** bpf/include/layout.h: struct margay_counts. */
export const COUNTS = {
  bytes: 64,
  octets: 0,
  packets: 16,
  first_ns: 32,
  last_ns: 40,
  started: 48,
  completed: 52,
  initiator: 56,
  answered: 57,
  unanswered: 58,
} as const;

/** bpf/include/layout.h: struct margay_ledger. */
export const LEDGER = {
  bytes: 144,
  layout: 0,
  closed_pending: 4,
  boot: 8,
  epoch: 24,
  opened_ns: 32,
  scanned_ns: 40,
  closed_opened_ns: 48,
  closed_ns: 56,
  closed_scanned_from_ns: 64,
  closed_scanned_to_ns: 72,
  closed_losses: 80,
  losses: 112,
} as const;

/** bpf/include/layout.h: its enums. */
export const ENUMS = {
  MARGAY_LAYOUT: 1,
  MARGAY_HOLD_MS: 3000,
  MARGAY_UNKNOWN: 0,
  MARGAY_LOCAL: 1,
  MARGAY_REMOTE: 2,
  MARGAY_LOSS_CONNECTIONS: 0,
  MARGAY_LOSS_WINDOW: 1,
  MARGAY_LOSS_PARSE: 2,
  MARGAY_LOSS_FRAGMENT: 3,
  MARGAY_LOSS_KINDS: 4,
} as const;

/** libbpf.h: struct bpf_tc_hook. */
export const TC_HOOK = { bytes: 24, sz: 0, ifindex: 8, attach_point: 12, parent: 16 } as const;

/** libbpf.h: struct bpf_tc_opts. */
export const TC_OPTS = { bytes: 32, sz: 0, prog_fd: 8, flags: 12, prog_id: 16, handle: 20, priority: 24 } as const;

/** bpf.h: struct bpf_link_create_opts, up to and including the fields used. */
export const LINK_CREATE_OPTS = { bytes: 16, sz: 0, flags: 8 } as const;

/** bpf.h: struct bpf_test_run_opts. */
export const TEST_RUN_OPTS = {
  bytes: 80,
  sz: 0,
  data_in: 8,
  data_size_in: 24,
  retval: 56,
  repeat: 60,
} as const;

/** linux/bpf.h: struct bpf_map_info, up to and including the fields used. */
export const MAP_INFO = { bytes: 80, type: 0, id: 4, key_size: 8, value_size: 12, max_entries: 16 } as const;

/** linux/bpf.h: struct bpf_prog_info, its beginning. */
export const PROG_INFO = { bytes: 8, type: 0, id: 4 } as const;

/** linux/bpf.h: struct bpf_link_info with its tcx member, which headers before 6.6 lack. */
export const LINK_INFO = { bytes: 24, type: 0, id: 4, prog_id: 8, ifindex: 16, attach_type: 20 } as const;
