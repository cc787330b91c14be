'use client';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** A dialog: only for what cannot be undone, and for pages over the page (keys, palette). Names its object in the title. */
export function Dialog({
  open,
  onOpenChange,
  title,
  text,
  children,
  actions,
  className = '',
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="scrim" />
        <Primitive.Content className={`dialog ${className}`} aria-describedby={text ? undefined : ''}>
          <Primitive.Title asChild>
            <h2>{title}</h2>
          </Primitive.Title>
          {text ? (
            <Primitive.Description asChild>
              <div className="dialog-text">{text}</div>
            </Primitive.Description>
          ) : null}
          {children}
          {actions ? <div className="dialog-actions">{actions}</div> : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
