'use client';
import { type FormEvent, useState } from 'react';

/** A form that leads to another page: `work` says which. Busy until that page is there, since a second click must not do it twice; what went wrong is kept to be shown. */
export function useSubmit(work: () => Promise<string>): {
  readonly busy: boolean;
  readonly problem: string | undefined;
  readonly submit: (event: FormEvent) => void;
} {
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      window.location.assign(await work());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run();
  };
  return { busy, problem, submit };
}
