'use client';
import type { RecommendationDetail } from '@margay/services/inputs';
import { formatBytes, formatCount, formatDay, formatExact, Glyph, Icon, plural, Sign, useMounted } from '@margay/ui';
import { ownDoubts, sharedDoubts } from './doubts.ts';
import type { RuleRef } from './rule-lines.ts';

type Rule = RecommendationDetail['rules'][number];

/** Rules in plain words, each with what it rests on; what was left out has its own group. */
export function RuleList({
  data,
  current,
  onCurrent,
}: {
  data: RecommendationDetail;
  current: RuleRef | null;
  onCurrent: (rule: RuleRef | null) => void;
}) {
  const shared = sharedDoubts(data.rules);
  const notes = [...data.notes, ...shared];
  const of = (direction: Rule['direction']) => data.rules.filter((rule) => rule.direction === direction);
  const group = (heading: string, direction: Rule['direction']) => (
    <section aria-label={heading}>
      <h2 className="rule-group">
        {heading} <span className="third small">{`${plural(of(direction).length, 'rule')}, ${direction}`}</span>
      </h2>
      {of(direction).length === 0 ? <p className="rule-none small third">Nothing: no such traffic was seen.</p> : null}
      <ul>
        {of(direction).map((rule) => (
          <RuleRow
            key={`${rule.direction} ${rule.index}`}
            rule={rule}
            shared={shared}
            marked={current?.direction === rule.direction && current.index === rule.index}
            onCurrent={onCurrent}
          />
        ))}
      </ul>
    </section>
  );
  return (
    <div className="rule-list scroll" data-testid="rules">
      {notes.length > 0 ? (
        <ul className="rule-notes" aria-label="Notes">
          {notes.map((note) => (
            <li key={note} className="note tone-pending">
              <Icon name="info" small />
              <span>{note}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {data.state === 'refused' ? null : (
        <>
          {group('May receive', 'ingress')}
          {group('May reach', 'egress')}
        </>
      )}
      {data.leftOut.length > 0 ? <LeftOut rows={data.leftOut} /> : null}
    </div>
  );
}

function RuleRow({
  rule,
  shared,
  marked,
  onCurrent,
}: {
  rule: Rule;
  /** Doubts that are told above. */
  shared: readonly string[];
  marked: boolean;
  onCurrent: (rule: RuleRef | null) => void;
}) {
  const { evidence } = rule;
  const seen = evidence.connections > 0 || evidence.flows > 0;
  return (
    <li
      className="rule"
      data-marked={marked || undefined}
      data-direction={rule.direction}
      data-index={rule.index}
      onPointerEnter={() => onCurrent(rule)}
      onPointerLeave={() => onCurrent(null)}
    >
      <span className={`sign tone-${seen ? 'allowed' : 'none'} rule-sign`}>
        <Glyph tone={seen ? 'allowed' : 'none'} />
      </span>
      <div className="grow">
        <button
          type="button"
          className="rule-say"
          onFocus={() => onCurrent(rule)}
          onBlur={() => onCurrent(null)}
          aria-describedby={`rule-${rule.direction}-${rule.index}`}
        >
          {rule.sentence}
        </button>
        <div className="rule-evidence" id={`rule-${rule.direction}-${rule.index}`}>
          {seen ? (
            <>
              <span>{plural(evidence.connections, 'connection')}</span>
              <span>{plural(evidence.flows, 'flow')}</span>
              <span>{formatBytes(evidence.bytes)}</span>
              <SeenBetween fromMs={evidence.firstSeenMs} toMs={evidence.lastSeenMs} />
            </>
          ) : null}
          {evidence.services.length > 0 ? <span>as {evidence.services.join(', ')}</span> : null}
          {evidence.peers.length > 1 ? (
            <span className="cut" title={evidence.peers.join('\n')}>
              {plural(evidence.peers.length, 'peer')}: {evidence.peers.slice(0, 3).join(', ')}
              {evidence.peers.length > 3 ? ` and ${evidence.peers.length - 3} more` : ''}
            </span>
          ) : null}
          {evidence.note ? <span className="rule-note">{evidence.note}</span> : null}
        </div>
        <Doubts rule={rule} shared={shared} />
      </div>
    </li>
  );
}

/** Why a reader should look twice; nothing where there is no reason to. */
function Doubts({ rule, shared }: { rule: Rule; shared: readonly string[] }) {
  const doubts = ownDoubts(rule, shared);
  if (doubts === null && rule.findings.length === 0) return null;
  return (
    <ul className="rule-doubts">
      {doubts === null ? null : (
        <li>
          <Sign tone={doubts.level === 'low' ? 'pending' : 'none'}>
            {doubts.level === 'low' ? 'Low confidence' : 'Medium confidence'}
          </Sign>{' '}
          <span className="second">{doubts.reasons.map(({ text }) => text).join(' ')}</span>
        </li>
      )}
      {rule.findings.map(({ code, text }) => (
        <li key={code}>
          <Sign tone="pending">Wider than seen</Sign> <span className="second">{text}</span>
        </li>
      ))}
    </ul>
  );
}

function SeenBetween({ fromMs, toMs }: { fromMs: number | null; toMs: number | null }) {
  const mounted = useMounted();
  if (fromMs === null || toMs === null || !mounted) return null;
  return (
    <span title={`${formatExact(fromMs)} to ${formatExact(toMs)}`}>
      {formatDay(fromMs, Date.now())} to {formatDay(toMs, Date.now())}
    </span>
  );
}

function LeftOut({ rows }: { rows: RecommendationDetail['leftOut'] }) {
  return (
    <section aria-label="Left out">
      <h2 className="rule-group">
        Left out <span className="third small">{plural(rows.length, 'peer')}, not learnt from</span>
      </h2>
      <ul>
        {rows.map((row) => (
          <li key={`${row.sentence} ${row.reason}`} className="rule rule-left-out">
            <span className="sign tone-none rule-sign">
              <Icon name="minus" small />
            </span>
            <div className="grow">
              <div className="second">{row.sentence}</div>
              <div className="rule-evidence">
                <span>{plural(row.connections, 'connection')}</span>
                <span>{row.reason}</span>
                {row.isNewDemand ? <Sign tone="accent">New demand</Sign> : null}
              </div>
            </div>
            <span className="sr-only">{formatCount(row.connections)} connections</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
