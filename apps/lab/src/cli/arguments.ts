import { parseArgs } from 'node:util';
import { MargayError } from '@margay/model';
import { APPS, type AppName } from '../topology/blueprint.ts';

export interface Arguments {
  readonly connect: string | undefined;
  readonly apps: readonly AppName[];
  readonly seed: number | undefined;
  readonly durationSeconds: number | undefined;
  readonly install: boolean;
  readonly help: boolean;
  readonly down: boolean;
  readonly jsonEvents: boolean;
}

export const HELP = `npm run lab -- [options]

A Kubernetes cluster of network namespaces on this machine: real processes, real sockets, real kernel. Linux and root.

  --connect "<origin>/install/<token>"   runs Margay's agent in it, connected to that console
  --apps ${APPS.join(',')}         which applications run (default: all)
  --seed N                               other names, labels and ports, the same for the same N
  --duration S                           stops by itself after S seconds
  --install                              installs the Debian packages that are missing
  --down                                 stops the labs of this folder and removes what killed labs left behind
  --json-events                          one JSON object a line instead of text
  --help

KUBEBUILDER_ASSETS: folder of kube-apiserver and etcd; without it the lab has a small Kubernetes API of its own.
MARGAY_HOME: where the state folder lab-<suffix> is (default: .margay).
`;

/** @throws MargayError VALIDATION that names the option and what it takes */
export function parseArguments(args: readonly string[]): Arguments {
  const values = read(args);
  const apps = (values.apps ?? APPS.join(',')).split(',').filter((name) => name !== '');
  const unknown = apps.find((name) => !APPS.some((known) => known === name));
  if (unknown !== undefined) throw new MargayError('VALIDATION', `--apps knows ${APPS.join(', ')}; not ${unknown}.`);
  return {
    connect: values.connect,
    apps: APPS.filter((name) => apps.includes(name)),
    seed: wholeNumber('seed', values.seed),
    durationSeconds: wholeNumber('duration', values.duration),
    install: values.install ?? false,
    help: values.help ?? false,
    down: values.down ?? false,
    jsonEvents: values['json-events'] ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        connect: { type: 'string' },
        apps: { type: 'string' },
        seed: { type: 'string' },
        duration: { type: 'string' },
        install: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        down: { type: 'boolean' },
        'json-events': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new MargayError('VALIDATION', `${(error as Error).message}\n\n${HELP}`, { cause: error });
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new MargayError('VALIDATION', `--${name} takes a whole number, not ${text}.`);
  return Number(text);
}
