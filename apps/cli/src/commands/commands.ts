import type { Command } from '../command.ts';
import { createCompletionCommand } from './completion.ts';
import { connectivityCommand } from './connectivity.ts';
import { diffCommand } from './diff.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { lintCommand } from './lint.ts';
import { recommendCommand } from './recommend.ts';
import { replayCommand } from './replay.ts';

const answering: readonly Command[] = [
  connectivityCommand,
  diffCommand,
  explainCommand,
  evaluateCommand,
  lintCommand,
  replayCommand,
  recommendCommand,
];

/** In the order of the help text. */
export const commands: readonly Command[] = [...answering, createCompletionCommand(answering)];
