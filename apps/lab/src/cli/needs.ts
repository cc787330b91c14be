import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something that the lab uses from the system. */
export interface Need {
  readonly name: string;
  /** Debian's package. */
  readonly package: string;
  readonly for: string;
  readonly isThere: () => boolean;
}

const program = (name: string, debianPackage: string, purpose: string): Need => ({
  name,
  package: debianPackage,
  for: purpose,
  isThere: () => isOnPath(name),
});

const LAB_NEEDS: readonly Need[] = [
  program('ip', 'iproute2', 'network namespaces'),
  program('nft', 'nftables', 'Services (DNAT)'),
  program('nsenter', 'util-linux', 'processes in namespaces'),
  program('setpriv', 'util-linux', 'processes that end with the lab'),
  program('sysctl', 'procps', 'forwarding in the node'),
  program('ping', 'iputils-ping', 'ICMP traffic'),
];

const AGENT_NEEDS: readonly Need[] = [
  program('clang', 'clang', "compiling the agent's BPF programs"),
  program('llvm-strip', 'llvm', "compiling the agent's BPF programs"),
  program('make', 'make', "compiling the agent's BPF programs"),
  {
    name: 'bpf_helpers.h',
    package: 'libbpf-dev',
    for: "compiling the agent's BPF programs",
    isThere: () => existsSync('/usr/include/bpf/bpf_helpers.h'),
  },
  { name: 'libbpf.so.1', package: 'libbpf1', for: "loading the agent's BPF programs", isThere: hasLibbpf },
];

/** What is missing here for a lab, and for its agent when it is to connect. */
export function missingNeeds(connects: boolean): Need[] {
  return [...LAB_NEEDS, ...(connects ? AGENT_NEEDS : [])].filter((need) => !need.isThere());
}

/** The command that brings `needs` on Debian and Ubuntu. */
export function installLine(needs: readonly Pick<Need, 'package'>[]): string {
  return `apt-get install ${packagesOf(needs).join(' ')}`;
}

/** Installs on Debian; @returns what is still missing. */
export function installNeeds(needs: readonly Need[], connects: boolean): Need[] {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packagesOf(needs)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  return missingNeeds(connects);
}

const packagesOf = (needs: readonly Pick<Need, 'package'>[]) => [...new Set(needs.map((need) => need.package))].sort();

function isOnPath(name: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasLibbpf(): boolean {
  const folders = [
    '/usr/lib',
    '/usr/lib64',
    '/lib',
    ...readdirSync('/usr/lib')
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => `/usr/lib/${name}`),
  ];
  return folders.some((folder) => existsSync(join(folder, 'libbpf.so.1')));
}
