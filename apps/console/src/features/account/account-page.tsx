import { Mark } from '@margay/ui';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { paths } from '../shell/index.ts';
import { Illustration } from './illustration.tsx';
import './account.css';

/** The page before one is in: form at the left, what this is at the right. */
export function AccountPage({
  title,
  lead,
  tab,
  version,
  host,
  children,
}: {
  title: string;
  lead: string;
  tab?: 'sign-in' | 'sign-up';
  version: string;
  host: string;
  children: ReactNode;
}) {
  return (
    <div className="account">
      <main className="account-left">
        <div className="account-brand">
          <Mark size={22} />
          Margay
        </div>
        <div className="account-form">
          <div>
            <h1>{title}</h1>
            <p className="second">{lead}</p>
          </div>
          {tab ? (
            <nav className="seg seg-wide" aria-label="Account">
              <Link href={paths.signIn} aria-current={tab === 'sign-in' ? 'page' : undefined}>
                Sign in
              </Link>
              <Link href={paths.signUp} aria-current={tab === 'sign-up' ? 'page' : undefined}>
                Create account
              </Link>
            </nav>
          ) : null}
          {children}
        </div>
        <div className="row small third">
          <span className="cut">{host}, self-hosted</span>
          <span className="grow" />
          <span className="nowrap">Version {version}</span>
        </div>
      </main>
      <aside className="account-right" aria-label="What Margay is">
        <Illustration />
        <div className="account-say">
          <p className="account-say-head">
            See every connection in your clusters, and the network policies that the traffic needs, each with its
            evidence.
          </p>
          <p className="second">
            Read-only: Margay changes nothing in your cluster. What leaves it: who talked to whom, never what was said.
          </p>
        </div>
      </aside>
    </div>
  );
}
