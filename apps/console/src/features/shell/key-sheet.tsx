'use client';
import { Dialog } from '@margay/ui';

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['Ctrl K'], 'Search or run a command'],
  [['/'], 'Filter, or go to a workload'],
  [['G', 'O'], 'Overview'],
  [['G', 'G'], 'Service graph'],
  [['G', 'F'], 'Flows'],
  [['G', 'R'], 'Recommendations'],
  [['J', 'K'], 'Next, previous (arrows as well)'],
  [['Enter'], 'Open or expand'],
  [['Esc'], 'Close, one level'],
  [['1', '…', '3'], 'Lens of the graph'],
  [['T'], 'Graph as a table'],
  [['Space'], 'Pause or resume live data'],
  [['[', ']'], 'Time back, forward'],
  [['C'], 'Copy the command or the YAML'],
  [['L'], 'Copy a link to this graph'],
  [['?'], 'This sheet'],
];

/** The keys that exist. */
export function KeySheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" text="Single keys are off while you type.">
      <dl className="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={meaning} style={{ display: 'contents' }}>
            <dt>{keys.map((key) => (key === '…' ? <span key={key}>…</span> : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
