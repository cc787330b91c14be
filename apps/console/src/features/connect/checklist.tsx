import type { ConnectStateOutput } from '@margay/services/inputs';
import { At, CommandLine, Icon } from '@margay/ui';
import { stepTitle } from './step-words.ts';

const TONE = { done: 'tone-allowed', failed: 'tone-denied', waiting: 'tone-none' } as const;

/** The steps in order; a failure brings its remedy and the command for it. */
export function Checklist({ steps }: { steps: ConnectStateOutput['steps'] }) {
  return (
    <ol className="checklist" aria-live="polite">
      {steps.map((step) => (
        <li key={step.step} className={`check ${TONE[step.state]}`} data-step={step.step} data-state={step.state}>
          <span className="check-mark">
            {step.state === 'waiting' ? null : <Icon name={step.state === 'done' ? 'check' : 'close'} />}
          </span>
          <div className="grow">
            <div className="strong">
              {stepTitle(step)}
              <span className="sr-only">: {step.state}</span>
            </div>
            {step.detail ? <div className="check-detail">{step.detail}</div> : null}
            {step.remedy ? (
              <div className="check-remedy">
                <p>{step.remedy.text}</p>
                {step.remedy.command ? <CommandLine command={step.remedy.command} /> : null}
                <p className="small third">Goes on by itself once it works.</p>
              </div>
            ) : null}
          </div>
          <span className="check-time">{step.at ? <At ms={step.at.getTime()} /> : 'not yet'}</span>
        </li>
      ))}
    </ol>
  );
}
