'use client';
import { useEffect, useRef, useState } from 'react';
import { Button, type ButtonProps } from './button.tsx';

/** Copies `text`; says "Copied" for two seconds, also to a screen reader. */
export function CopyButton({
  text,
  label = 'Copy',
  ...rest
}: { text: string; label?: string } & Omit<ButtonProps, 'onClick' | 'children'>) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button icon={copied ? 'check' : 'copy'} {...rest} onClick={() => void copy()}>
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  );
}

/** Clipboard where the page may use it (https, loopback); else by a hidden field, as plain http origins have no clipboard API. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return await navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr-only';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

/** A command in one line with its copy button; scrolls sideways, never wraps. */
export function CommandLine({ command, testId }: { command: string; testId?: string }) {
  return (
    <div className="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <code tabIndex={0} data-testid={testId}>
        {command}
      </code>
      <CopyButton text={command} kind="quiet" size="s" />
    </div>
  );
}
