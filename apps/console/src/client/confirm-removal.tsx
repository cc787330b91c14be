'use client';
import { Button, type ButtonProps, Dialog } from '@margay/ui';
import type { ReactNode } from 'react';

/** Asks before something goes that does not come back; a refusal is shown where it was asked for. */
export function ConfirmRemoval({
  title,
  text,
  keep,
  action,
  icon,
  removal,
  onConfirm,
  onClose,
}: {
  title: string;
  /** What goes, and what stays. */
  text: ReactNode;
  /** The way out. */
  keep: string;
  action: string;
  icon?: ButtonProps['icon'];
  removal: { readonly isPending: boolean; readonly error: { readonly message: string } | null };
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      text={text}
      actions={
        <>
          <Button onClick={onClose}>{keep}</Button>
          <Button kind="danger" icon={icon} busy={removal.isPending} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {removal.error ? (
        <p className="hint hint-bad" role="alert">
          {removal.error.message}
        </p>
      ) : null}
    </Dialog>
  );
}
