import './node-20.ts';
import { BAD_INPUT } from './command.ts';
import { runCli } from './run-cli.ts';

// A reader that has seen enough (`| head`) closes the pipe: no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
try {
  process.exitCode = await runCli(process.argv.slice(2));
} catch (error) {
  // Not 1: that would say that something was found.
  process.stderr.write(
    `margay: this is a fault of margay's own, please report it\n${error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = BAD_INPUT;
}
