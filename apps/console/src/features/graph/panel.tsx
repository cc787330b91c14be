'use client';
import { Button } from '@margay/ui';
import type { ReactNode } from 'react';

/** The panel at the side: what is true now on top, actions pinned at the bottom. A sheet from below on a narrow screen. */
export function Panel({
  label,
  head,
  foot,
  onClose,
  children,
}: {
  label: string;
  head: ReactNode;
  foot?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <aside className="panel" aria-label={label} data-testid="graph-panel">
      <div className="panel-head">
        {head}
        <span className="grow" />
        <Button kind="quiet" size="s" icon="close" aria-label="Close panel" onClick={onClose} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="panel-body scroll" tabIndex={0} aria-label="Details">
        {children}
      </section>
      {foot ? <div className="panel-foot">{foot}</div> : null}
    </aside>
  );
}
