import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `ink` is the one primary button of a page. */
  kind?: 'plain' | 'ink' | 'quiet' | 'danger';
  size?: 'm' | 's' | 'lg';
  icon?: IconName;
  /** Shown as a key cap; the handler is the page's. */
  shortcut?: string;
  /** Work is under way: it stays focusable and says so, and ignores clicks. */
  busy?: boolean;
  children?: ReactNode;
}

const classOf = (kind: ButtonProps['kind'], size: ButtonProps['size'], iconOnly: boolean) =>
  [
    'btn',
    kind && kind !== 'plain' ? `btn-${kind}` : '',
    size && size !== 'm' ? `btn-${size}` : '',
    iconOnly ? 'btn-icon' : '',
  ]
    .filter(Boolean)
    .join(' ');

/** A button that says what happens. Without children it is an icon button and needs `aria-label`. */
export function Button({ kind, size, icon, shortcut, busy, children, className = '', onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${classOf(kind, size, children === undefined)} ${className}`}
      aria-disabled={busy || rest['aria-disabled']}
      aria-busy={busy}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      title={rest.title ?? (children === undefined ? rest['aria-label'] : undefined)}
    >
      {icon ? <Icon name={icon} small={children !== undefined} /> : null}
      {children}
      {shortcut ? (
        <span className="kbd" aria-hidden="true">
          {shortcut}
        </span>
      ) : null}
    </button>
  );
}

/** Class names of a {@link Button}, for links that look like one. */
export function buttonClass(kind: ButtonProps['kind'] = 'plain', size: ButtonProps['size'] = 'm'): string {
  return classOf(kind, size, false);
}
