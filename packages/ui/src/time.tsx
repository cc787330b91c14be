'use client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { formatAgo, formatClock, formatDay, formatDuration, formatExact } from './format.ts';

const subscribeNever = () => () => {};

/** False on the server and while hydrating: what depends on the reader's zone waits for it. */
export function useMounted(): boolean {
  return useSyncExternalStore(
    subscribeNever,
    () => true,
    () => false,
  );
}

/** The present, every `everyMs`; null until mounted. */
export function useNow(everyMs = 1_000): number | null {
  const mounted = useMounted();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return mounted ? now : null;
}

/** "2 s ago", kept current; the absolute time with its zone on hover. */
export function Ago({ ms }: { ms: number }) {
  const now = useNow();
  if (now === null) return <time />;
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatExact(ms)}>
      {formatAgo(Math.min(ms, now), now)}
    </time>
  );
}

/** "29 min": how long it has been so. */
export function For({ ms }: { ms: number }) {
  const now = useNow(10_000);
  if (now === null) return <time />;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`since ${formatExact(ms)}`}>
      {formatDuration(now - ms)}
    </time>
  );
}

/** 09:44:10 of today, or the day. */
export function At({ ms }: { ms: number }) {
  const mounted = useMounted();
  if (!mounted) return <time />;
  const today = new Date(ms).toDateString() === new Date().toDateString();
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatExact(ms)}>
      {today ? formatClock(ms) : formatDay(ms, Date.now())}
    </time>
  );
}
