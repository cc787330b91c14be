/** Polls until `look` gives something, for at most `timeoutMs`. */
export async function eventually<T>(look: () => T | Promise<T>, timeoutMs = 10_000): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
