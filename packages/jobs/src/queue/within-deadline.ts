import { MargayError } from '@margay/model';

/** `answer`, unless it takes longer than `timeoutMs`. @throws MargayError UNAVAILABLE then; what was asked for may still be done. */
export async function withinDeadline<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  // Nobody may be there any more to hear of its failure.
  answer.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new MargayError('UNAVAILABLE', `the job queue did not answer within ${timeoutMs / 1000} s: try again`)),
      timeoutMs,
    );
  });
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
