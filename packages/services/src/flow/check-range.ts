import { MargayError } from '@margay/model';

const LONGEST_MS = 31 * 86_400_000;

/** @throws MargayError VALIDATION for an interval that is empty, reversed or longer than flows are kept. */
export function checkRange({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void {
  if (fromMs >= toMs) throw new MargayError('VALIDATION', 'the interval must end after it begins');
  if (toMs - fromMs > LONGEST_MS)
    throw new MargayError('VALIDATION', 'flows are kept for 30 days: choose a shorter interval');
}
