import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../margay.ts';

const ENTRY = '/usr/bin/margay-agent';
/** What `infra/docker/prepare-runtime.sh` brings from Debian: the tools that the agent calls by name, and a shell for the entry point. */
const PROGRAMS = [
  '/bin/sh',
  '/sbin/ip',
  '/sbin/bridge',
  '/sbin/tc',
  '/sbin/nft',
  '/bin/nsenter',
  '/bin/setpriv',
  '/bin/lsns',
  '/bin/mount',
  '/bin/umount',
];
/** Loaded by name at run time, so that no program is linked to them. */
const LIBRARIES = ['libbpf.so.1', 'libnetfilter_conntrack.so.3'];

/**
 * Makes a build context in `folder` for the agent's image out of this machine's own files, as a machine without a registry must:
 * `root/`, the whole file system, and a `Dockerfile` that says the rest. The same parts as `infra/docker/agent.Dockerfile`.
 */
export function makeAgentImage(folder: string): void {
  const root = join(folder, 'root');
  for (const name of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'etc', 'tmp', 'var', 'proc', 'sys', 'dev', 'run'])
    mkdirSync(join(root, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  put(root, process.execPath, '/usr/bin/node');
  for (const program of PROGRAMS) put(root, program);
  for (const path of libraryPaths()) put(root, path);
  execFileSync(process.execPath, [join(ROOT, 'agent/build.ts'), join(root, 'opt/margay-agent')], { stdio: 'pipe' });
  const start =
    'MALLOC_ARENA_MAX=1 exec node --max-semi-space-size=1 --v8-pool-size=1 /opt/margay-agent/margay-agent.mjs "$@"';
  writeFileSync(join(root, ENTRY), `#!/bin/sh\n${start}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nCOPY root /\nENTRYPOINT ["${ENTRY}"]\nCMD ["--help"]\n`);
}

/** A file, to its own path unless told, with the libraries that it is linked to. */
function put(root: string, file: string, to = file): void {
  const copy = (from: string, path: string) => {
    const target = join(root, path);
    if (existsSync(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(from), target);
    chmodSync(target, 0o755);
  };
  copy(file, to);
  for (const library of linkedLibraries(file)) copy(library, library);
}

/** None for a script or a static program, of which ldd says so and fails. */
function linkedLibraries(file: string): string[] {
  try {
    return execFileSync('ldd', [realpathSync(file)], { encoding: 'utf8', stdio: 'pipe' }).match(/\/\S+(?= \()/g) ?? [];
  } catch {
    return [];
  }
}

function libraryPaths(): string[] {
  const cache = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return LIBRARIES.map((name) => {
    const path = cache
      .split('\n')
      .find((line) => line.trim().startsWith(`${name} `))
      ?.split('=> ')[1];
    if (!path) throw new Error(`${name} is not installed here: npm run doctor says which package brings it`);
    return path;
  });
}
