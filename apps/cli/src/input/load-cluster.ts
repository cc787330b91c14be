import {
  type ClusterModel,
  type ManifestFile,
  type ParseOptions,
  type PolicySet,
  type Problem,
  parseManifests,
} from '@margay/policy';
import { BAD_INPUT, BadInput, FINE, type Values } from '../command.ts';
import { readFiles } from './read-files.ts';

export interface Loaded {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
  readonly files: readonly ManifestFile[];
  readonly options: ParseOptions;
  /** 2 where some document could not be read: what is answered then covers the rest only. */
  readonly exitCode: number;
}

/**
 * Reads a folder of manifests and names every problem on stderr.
 *
 * @throws BadInput where a policy is invalid and `--lenient` was not given.
 */
export function loadCluster(path: string, values: Values): Loaded {
  const files = readFiles(path);
  const options = { mode: 'strict', assumeMissing: !isLiveDump(files) } as const;
  const { cluster, policies, problems } = parseManifests(files, options);
  return { cluster, policies, files, options, exitCode: tellProblems(problems, path, values) };
}

/**
 * Names every problem on stderr. Answers 2 where a document could not be read.
 *
 * @throws BadInput where a policy is invalid and `--lenient` was not given.
 */
export function tellProblems(problems: readonly Problem[], path: string, values: Values): number {
  for (const problem of problems) process.stderr.write(`${describe(problem)}\n`);
  const lenient = values.lenient === true;
  const refused = problems.filter(({ severity }) => severity === 'object').length;
  if (refused > 0 && !lenient)
    throw new BadInput(
      `${refused} problems in policies of ${path}, listed above; --lenient goes on without those policies`,
    );
  const unread = problems.some(({ severity }) => severity === 'document');
  return unread && !lenient ? BAD_INPUT : FINE;
}

/**
 * Whether this is a cluster as its API shows it: pods have addresses, namespaces are there. In a hand-written folder a namespace that no
 * object describes is taken to exist; in a cluster it does not, and a pod in it has no profile that would allow anything.
 */
function isLiveDump(files: readonly ManifestFile[]): boolean {
  const hasAddresses = files.some(({ text }) => /"?podIPs?"?\s*:/.test(text));
  return hasAddresses && files.some(({ text }) => /"?kind"?\s*:\s*"?Namespace(List)?\b/.test(text));
}

/** `shop.yaml, document 2: NetworkPolicy shop/web, spec.ingress[0]: what is wrong (allowed: …)`. */
function describe({ file, document, item, object, path, message, allowed, severity }: Problem): string {
  const place = `${file}, document ${document + 1}${item === null ? '' : `, item ${item + 1}`}`;
  const subject = [object, path].filter((part) => part !== null && part !== '').join(', ');
  const hint = allowed === '' ? '' : ` (allowed: ${allowed})`;
  return `${severity === 'warning' ? 'warning: ' : ''}${place}: ${subject === '' ? '' : `${subject}: `}${message}${hint}`;
}
