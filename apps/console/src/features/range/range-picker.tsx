'use client';
import { formatDay, Icon, Menu, MenuItem, MenuLabel, useNow } from '@margay/ui';
import { LASTS, lastLabel, type Range, shiftRange } from './range.ts';

/** "Last 15 min" or two times; steps back and forward by its own length. */
export function RangePicker({ range, onChange }: { range: Range; onChange: (range: Range) => void }) {
  const now = useNow(30_000);
  const label =
    lastLabel(range) ??
    (range.kind === 'fixed' && now ? `${formatDay(range.fromMs, now)} to ${formatDay(range.toMs, now)}` : 'Fixed time');
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="btn" aria-label={`Time range: ${label}`}>
          <Icon name="clock" small />
          {label}
          <Icon name="down" small className="caret" />
        </button>
      }
    >
      <MenuLabel>Time range</MenuLabel>
      {LASTS.map((each) => (
        <MenuItem
          key={each.minutes}
          icon={range.kind === 'last' && range.minutes === each.minutes ? 'check' : 'clock'}
          onSelect={() => onChange({ kind: 'last', minutes: each.minutes })}
        >
          {each.label}
        </MenuItem>
      ))}
      <MenuItem icon="up" end="[" onSelect={() => onChange(shiftRange(range, -1, Date.now()))}>
        Earlier
      </MenuItem>
      {range.kind === 'fixed' ? (
        <MenuItem icon="down" end="]" onSelect={() => onChange(shiftRange(range, 1, Date.now()))}>
          Later
        </MenuItem>
      ) : null}
    </Menu>
  );
}
