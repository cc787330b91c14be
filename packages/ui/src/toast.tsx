'use client';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { Button } from './button.tsx';
import { Sign, type Tone } from './verdict.tsx';

interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

type Say = (text: string, tone?: Tone) => void;
const ToastContext = createContext<Say>(() => {});
const SHOWN_MS = 6_000;

/** Holds the notices at the bottom centre. Failures and loss stay until read; the rest goes by itself. */
export function ToastHost({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const drop = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const say = useMemo<Say>(() => {
    let next = 1;
    return (text, tone = 'allowed') => {
      const id = next++;
      setNotices((all) => [...all.slice(-2), { id, tone, text }]);
      if (tone !== 'denied' && tone !== 'loss') setTimeout(() => drop(id), SHOWN_MS);
    };
  }, [drop]);
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {notices.map((notice) => (
          <div key={notice.id} className="toast">
            <Sign tone={notice.tone === 'allowed' ? 'accent' : notice.tone} />
            <span className="grow">{notice.text}</span>
            <Button kind="quiet" size="s" icon="close" aria-label="Close" onClick={() => drop(notice.id)} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

/** Says something the page itself does not show. */
export function useToast(): Say {
  return useContext(ToastContext);
}
