import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** What the tests use from the system: a file that shows it is there, and Debian's package that brings it. */
const NEEDS = [
  { file: '/usr/bin/clang', package: 'clang', for: 'compiling BPF programs' },
  { file: '/usr/bin/llvm-strip', package: 'llvm', for: 'compiling BPF programs' },
  { file: '/usr/include/bpf/bpf_helpers.h', package: 'libbpf-dev', for: 'compiling BPF programs' },
  { file: '/usr/lib/x86_64-linux-gnu/libbpf.so.1', package: 'libbpf1', for: 'loading BPF programs' },
  { file: '/usr/bin/make', package: 'make', for: 'compiling BPF programs' },
  { file: '/usr/sbin/ip', package: 'iproute2', for: 'network namespaces' },
  { file: '/usr/sbin/nft', package: 'nftables', for: 'the lab and counters in kernel tests' },
  { file: '/usr/sbin/iptables', package: 'iptables', for: 'kernel tests' },
  { file: '/usr/sbin/ipset', package: 'ipset', for: 'kernel tests' },
  { file: '/usr/sbin/conntrack', package: 'conntrack', for: 'kernel tests' },
  {
    file: '/usr/lib/x86_64-linux-gnu/libnetfilter_conntrack.so.3',
    package: 'libnetfilter-conntrack3',
    for: 'reading conntrack',
  },
  { file: '/usr/bin/ping', package: 'iputils-ping', for: 'ICMP tests' },
  { file: '/usr/bin/redis-server', package: 'redis-server', for: 'queues and bus on Redis' },
  { file: '/usr/bin/chromium', package: 'chromium', for: 'browser tests' },
] as const;

/** Debian packages that are missing here. */
export function missingPackages(): (typeof NEEDS)[number][] {
  return NEEDS.filter((need) => !existsSync(need.file));
}

/**
 * Installs what is missing where it may: as root on Debian. Elsewhere it only returns what is missing.
 *
 * @returns the needs that are still missing.
 */
export function installPackages(say: (line: string) => void): (typeof NEEDS)[number][] {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0 || !isDebian()) return missing;
  const names = [...new Set(missing.map((need) => need.package))];
  say(`Installing ${names.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  // A policy that says 101 keeps package scripts from starting services on this machine.
  const result = spawnSync(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...names],
    { encoding: 'utf8', env: { ...env, RUNLEVEL: '1' } },
  );
  if (result.status !== 0) say(`apt-get ended with ${result.status}: ${result.stderr.slice(-1_000)}`);
  return missingPackages();
}

/** The command that would bring `needs` on Debian. */
export function installCommand(needs: readonly { package: string }[]): string {
  return `apt-get install ${[...new Set(needs.map((need) => need.package))].join(' ')}`;
}

function isDebian(): boolean {
  return (
    existsSync('/usr/bin/apt-get') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}
