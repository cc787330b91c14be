/** A line for the person at the terminal: stdout is for the answer. */
export function say(line: string): void {
  process.stderr.write(`margay: ${line}\n`);
}
