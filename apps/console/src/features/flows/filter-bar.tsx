'use client';
import type { FlowView } from '@margay/services/inputs';
import { formatCount, Glyph, Icon, useKeys } from '@margay/ui';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Chip, FILTER_KEYS, type FilterState, KEY_MEANING, readChip, withChip, withoutChip } from './filter.ts';
import { chipText, hintsFor } from './hints.ts';

/** One input of chips and free text; under it what would narrow the rows, each with its count. */
export function FilterBar({
  state,
  onChange,
  rows,
  shown,
}: {
  state: FilterState;
  onChange: (state: FilterState) => void;
  rows: readonly FlowView[];
  shown: string;
}) {
  const [typed, setTyped] = useState(state.text);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(state.text), [state.text]);
  useKeys([{ keys: '/', run: () => input.current?.focus() }]);
  const hints = hintsFor(rows, state, typed === state.text ? '' : typed);

  const add = (chip: Chip) => {
    setTyped('');
    setProblem(null);
    onChange(withChip({ ...state, text: '' }, chip));
    input.current?.focus();
  };
  const submit = () => {
    const chip = readChip(typed);
    if (chip && 'problem' in chip) return setProblem(chip.problem);
    if (chip) return add(chip);
    setProblem(null);
    onChange({ ...state, text: typed.trim() });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = state.chips.at(-1);
    if (event.key === 'Enter') submit();
    else if (event.key === 'Backspace' && typed === '' && last) onChange(withoutChip(state, last.key));
    else if (event.key === 'Tab' && !event.shiftKey && typed !== '' && typed !== state.text && hints[0]) {
      event.preventDefault();
      add(hints[0].chip);
    } else if (event.key === 'Escape') input.current?.blur();
  };
  return (
    <search aria-label="Filter flows">
      <div className="filter-bar">
        <div className="input filter-input" data-invalid={problem ? 'true' : undefined}>
          <Icon name="search" small className="third" />
          {state.chips.map((chip) => (
            <ChipView key={chip.key} chip={chip} onRemove={() => onChange(withoutChip(state, chip.key))} />
          ))}
          <input
            ref={input}
            className="mono"
            aria-label="Filter: key=value, or free text"
            aria-invalid={problem ? true : undefined}
            placeholder={state.chips.length === 0 ? 'src.ns=shop, port=443, action=deny, or any text' : ''}
            value={typed}
            maxLength={200}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => (typed !== state.text && !typed.includes('=') ? submit() : undefined)}
          />
          <span className="third small nowrap not-narrow" data-testid="flow-count">
            {shown}
          </span>
          <kbd className="not-narrow">/</kbd>
        </div>
      </div>
      <div className="hints">
        {problem ? (
          <span className="hint-bad small" role="alert">
            {problem}
          </span>
        ) : (
          <>
            <span className="third nowrap not-narrow">
              {hints.length > 0 ? 'In the rows below' : `Keys: ${FILTER_KEYS.join(', ')}`}
            </span>
            {hints.map((hint, index) => (
              <button
                key={chipText(hint.chip)}
                type="button"
                className="filter-hint"
                title={KEY_MEANING[hint.chip.key]}
                onClick={() => add(hint.chip)}
              >
                {hint.chip.values[0] === 'deny' ? (
                  <span className="sign tone-denied">
                    <Glyph tone="denied" />
                  </span>
                ) : null}
                <span className="mono cut">{chipText(hint.chip)}</span>
                <span className="third num">{formatCount(hint.rows)}</span>
                {index === 0 && typed !== '' && typed !== state.text ? <kbd>Tab</kbd> : null}
              </button>
            ))}
          </>
        )}
      </div>
    </search>
  );
}

function ChipView({ chip, onRemove }: { chip: Chip; onRemove: () => void }) {
  return (
    <span className="chip" data-testid="filter-chip">
      <span className="chip-key">{chip.key}=</span>
      <span className="cut" title={chip.values.join(', ')}>
        {chip.values.join(',')}
      </span>
      <button type="button" className="chip-remove" aria-label={`Remove filter ${chipText(chip)}`} onClick={onRemove}>
        <Icon name="close" small />
      </button>
    </span>
  );
}
