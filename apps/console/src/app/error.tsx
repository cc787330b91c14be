'use client';
import { Button } from '@margay/ui';

/** A page failed as a whole: what to do, and the id that the log has. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="empty" role="alert">
      <h2>This page could not be shown</h2>
      <p>
        It failed on the way. Try again; if it stays so, quote <span className="mono">{error.digest ?? 'no id'}</span>{' '}
        to whoever runs this Margay.
      </p>
      <div className="actions">
        <Button onClick={reset}>Try again</Button>
      </div>
    </main>
  );
}
