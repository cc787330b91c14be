import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MargayError } from '@margay/model';

const NAME = 'flow.bpf.o';
const HERE = dirname(fileURLToPath(import.meta.url));

/** Path of the compiled observer. Throws a MargayError that names where it was looked for. */
export function findObject(bpfDirectory = process.env.MARGAY_BPF_DIR): string {
  const folders = bpfDirectory
    ? [resolve(bpfDirectory)]
    : // Beside the bundle in an image; in the repository it is built where its source is.
      [HERE, join(HERE, 'bpf'), resolve(HERE, '../../../../bpf/dist')];
  const found = folders.map((folder) => join(folder, NAME)).find((path) => existsSync(path));
  if (found) return found;
  throw new MargayError(
    'PRECONDITION_FAILED',
    `${NAME} is not in ${folders.join(' or ')}. Build it with "make -C bpf" (needs clang and libbpf-dev) or set MARGAY_BPF_DIR.`,
  );
}
