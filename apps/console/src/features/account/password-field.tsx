'use client';
import { Icon, TextField } from '@margay/ui';
import { useState } from 'react';

const CHARACTERS_MIN = 12;
/** Characters at which each of the four bars fills. Length is what counts; nothing else is asked for. */
const STEPS = [4, 8, CHARACTERS_MIN, 18];

/** A password that can be shown; with `measure`, how long it is and should be. */
export function PasswordField({
  value,
  onChange,
  measure = false,
  problem,
}: {
  value: string;
  onChange: (value: string) => void;
  measure?: boolean;
  problem?: string | undefined;
}) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      label="Password"
      type={shown ? 'text' : 'password'}
      name="password"
      autoComplete={measure ? 'new-password' : 'current-password'}
      required
      minLength={measure ? CHARACTERS_MIN : undefined}
      maxLength={256}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      problem={problem}
      hint={measure ? hintFor(value.length) : undefined}
      meter={measure ? <Strength length={value.length} /> : undefined}
      after={
        <button
          type="button"
          className="peek"
          aria-label={shown ? 'Hide password' : 'Show password'}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          <Icon name="eye" small />
        </button>
      }
    />
  );
}

function Strength({ length }: { length: number }) {
  return (
    <div className="strength" aria-hidden="true">
      {STEPS.map((step) => (
        <i key={step} data-on={length >= step} />
      ))}
    </div>
  );
}

function hintFor(length: number): string {
  const rule = `${CHARACTERS_MIN} or more, anything goes; a pass phrase is best.`;
  return length === 0
    ? `${CHARACTERS_MIN} characters or more, anything goes; a pass phrase is best.`
    : `${length} characters. ${rule}`;
}
