/** Asks until `ok`, or until the deadline; then returns the last answer, for the test to say what is wrong with it. */
export async function until<T>(ask: () => Promise<T>, ok: (answer: T) => boolean, timeoutMs: number): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (ok(answer) || Date.now() > deadline) return answer;
    await new Promise((done) => setTimeout(done, 500));
  }
}
