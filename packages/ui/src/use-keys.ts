'use client';
import { useEffect, useRef } from 'react';
import { createKeyMatcher, type KeyBinding, keyName } from './keys.ts';

/** Where single keys mean text, or belong to the thing in focus. */
function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[role="menu"],[role="dialog"]') !== null
  );
}

/** Listens for `bindings` while mounted. Single keys are off while typing, in menus and dialogs; those with Ctrl are not. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    const match = createKeyMatcher();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = keyName(event);
      if (takesKeys(event.target) && !name.startsWith('ctrl+')) return;
      // Space and Enter press the button that has the focus.
      if (
        (name === 'space' || name === 'enter') &&
        event.target instanceof HTMLElement &&
        event.target.closest('button,a,summary')
      )
        return;
      const binding = match(current.current, name, event.timeStamp);
      if (!binding) return;
      event.preventDefault();
      binding.run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
