/** How the observer is set up; every field has a default. */
export interface BpfWindowSourceOptions {
  /** Folder with `flow.bpf.o`. Default: `MARGAY_BPF_DIR`, else beside the bundle, else `bpf/dist` of the repository. */
  readonly bpfDirectory?: string;
  /**
   * Folder in a bpffs where maps and taps outlive the agent, so that a restart misses and doubles nothing. A bpffs is
   * mounted there where there is none; where that cannot be done the agent warns and works without.
   * Default: `MARGAY_PIN_DIR` (`none`: nothing is pinned), else `/sys/fs/bpf/margay`; `false`: nothing is pinned.
   */
  readonly pinDirectory?: string | false;
  /** Connections that may be alive at all taps together; an eighth more is kept for new ones. Default 131,072. */
  readonly connectionsMax?: number;
  /** `auto` takes tcx where the kernel has it (6.6), else clsact. */
  readonly attach?: 'auto' | 'tcx' | 'clsact';
  /** Told once about what is missing but not fatal. Default: `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}

export const CONNECTIONS_MAX_DEFAULT = 131_072;
const PIN_DIRECTORY_DEFAULT = '/sys/fs/bpf/margay';

/** Where to pin, or `false`. */
export function pinDirectoryOf(options: BpfWindowSourceOptions): string | false {
  if (options.pinDirectory !== undefined) return options.pinDirectory;
  const configured = process.env.MARGAY_PIN_DIR;
  return configured === 'none' ? false : configured || PIN_DIRECTORY_DEFAULT;
}
