import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What of a lab is on this machine: names of namespaces, and processes that name the lab. */
export function tracesOf(suffix: string): string[] {
  const namespaces = list('/run/netns').filter((name) => name.startsWith(`mgy-${suffix}-`));
  const registry = ['/run/margay-lab', '/var/lib/margay-lab'].flatMap((folder) =>
    list(folder).filter((name) => name === suffix),
  );
  return [...namespaces, ...registry.map((name) => `registry ${name}`), ...processesNaming(suffix)];
}

/** `pid command` of processes whose command line or environment names the lab, this one's own excepted. */
export function processesNaming(suffix: string): string[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const [command, environment] = ['cmdline', 'environ'].map((file) => read(`/proc/${pid}/${file}`));
      const names = `${command}\0${environment}`;
      return names.includes(`lab-${suffix}`) || names.includes(`mgy-${suffix}`)
        ? [`${pid} ${command?.replaceAll('\0', ' ')}`]
        : [];
    });
}

/** The machine's own network: links, addresses, routes, firewall. A lab must leave it as it is. */
export function hostNetwork(): string {
  return [
    ['ip', '-j', 'link'],
    ['ip', '-o', 'addr'],
    ['ip', 'route', 'show', 'table', 'all'],
    ['nft', 'list', 'ruleset'],
  ]
    .map(([program = '', ...args]) =>
      execFileSync(program, args, { encoding: 'utf8' }).replace(/"?(valid_lft|preferred_lft)"?:? ?\w+/g, ''),
    )
    .join('\n');
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
