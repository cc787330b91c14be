'use client';
import { useSyncExternalStore } from 'react';
import type { Viewport } from './viewport.ts';

/** The viewport outside of React's state: panning redraws what follows it, not the page. */
export interface ViewportStore {
  readonly get: () => Viewport | null;
  readonly set: (viewport: Viewport) => void;
  readonly subscribe: (onChange: () => void) => () => void;
}

export function createViewportStore(): ViewportStore {
  let current: Viewport | null = null;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (viewport) => {
      current = viewport;
      for (const listener of listeners) listener();
    },
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
}

export function useViewport(store: ViewportStore): Viewport | null {
  return useSyncExternalStore(store.subscribe, store.get, () => null);
}
