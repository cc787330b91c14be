import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** Replaces the hint, is announced, and ties itself to the input. */
  problem?: string | undefined;
  after?: ReactNode;
  /** Stands between the input and its hint. */
  meter?: ReactNode;
}

/** A labelled input with its hint or problem under it. */
export function TextField({ label, hint, problem, after, meter, ...input }: TextFieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input" data-invalid={problem ? 'true' : undefined}>
        <input
          id={id}
          {...input}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem || hint ? noteId : undefined}
        />
        {after}
      </div>
      {problem || hint ? (
        <div id={noteId} className={problem ? 'hint hint-bad' : 'hint'} role={problem ? 'alert' : undefined}>
          {problem ?? hint}
        </div>
      ) : null}
    </div>
  );
}
