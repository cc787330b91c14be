import { buttonClass, Mark } from '@margay/ui';
import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="empty">
      <Mark />
      <h2>There is nothing at this address</h2>
      <p>It may have been deleted, or belong to an organisation that you are not a member of.</p>
      <div className="actions">
        <Link className={buttonClass('ink')} href="/">
          To the start
        </Link>
      </div>
    </main>
  );
}
