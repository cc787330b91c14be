import { join } from 'node:path';
import { PROGRAMS, SMALL_NODE_FLAGS } from './kubelet/node-helper.ts';
import type { StateFiles } from './machine/files.ts';
import { type LabProcess, startProcess } from './machine/processes.ts';
import type { OutsideMachine } from './topology/outside.ts';

/** Runs a machine of the internet in its namespace. */
export function startMachine(files: StateFiles, internet: string, machine: OutsideMachine): LabProcess {
  return startProcess({
    networkNamespace: internet,
    command: [process.execPath, ...SMALL_NODE_FLAGS, join(PROGRAMS, `${machine.program}.mjs`)],
    environment: {
      PATH: process.env.PATH ?? '',
      LAB_CONFIG: JSON.stringify(machine.config),
      LAB_LEDGER: files.touch('ledger', `internet_${machine.name}.jsonl`),
    },
    directory: files.directory,
    logFile: files.touch('logs', `internet_${machine.name}.log`),
  });
}
