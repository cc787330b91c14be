/** Asks until `ok`, or until the deadline; then returns the last answer, for the test to say what is wrong with it. */
export async function until<T>(ask: () => Promise<T>, ok: (answer: T) => boolean, timeoutMs: number): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (ok(answer) || Date.now() > deadline) return answer;
    await new Promise((done) => setTimeout(done, 500));
  }
}

const SETTLED_MS = 2_500;

/** Asks until the answer's digest has been the same for a while, or until the deadline. A null digest is never settled. */
export async function untilSettled<T>(
  ask: () => Promise<T>,
  digestOf: (answer: T) => string | null,
  timeoutMs: number,
): Promise<T> {
  let last: { digest: string | null; sinceMs: number } = { digest: null, sinceMs: 0 };
  const look = async () => {
    const answer = await ask();
    const digest = digestOf(answer);
    if (digest !== last.digest) last = { digest, sinceMs: Date.now() };
    return answer;
  };
  return await until(look, () => last.digest !== null && Date.now() - last.sinceMs >= SETTLED_MS, timeoutMs);
}
