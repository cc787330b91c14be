'use client';
import type { ClusterId } from '@margay/model';
import type { RecommendationSummary } from '@margay/services/inputs';
import { Ago, Failure, formatClock, formatCount, Sign, SkeletonRows, StaleNotice } from '@margay/ui';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { ClusterPicker, TopBar } from '../shell/index.ts';
import { ComputeNow } from './compute-now.tsx';
import { DownloadAll } from './download-all.tsx';
import { NoRecommendations } from './no-recommendations.tsx';
import { RecommendationTable } from './recommendation-table.tsx';
import { byNamespace, countStates, headline, STATE_TONES, STATE_WORDS, STATES, type State } from './summary.ts';
import { useRecommendations } from './use-recommendations.ts';
import './recommendations.css';

const TABS: readonly (readonly [State, string])[] = [
  ['ready', 'To review'],
  ['applied', 'Applied'],
  ['refused', 'None made'],
];

/** What each workload needs, learnt from its traffic: one policy a workload. */
export function RecommendationsPage({ clusterId }: { clusterId: ClusterId }) {
  const list = useRecommendations(clusterId);
  const rows = list.data?.rows ?? [];
  return (
    <>
      <TopBar title="Recommendations">
        <span className="divider not-narrow" />
        <ClusterPicker clusterId={clusterId} className="not-narrow" />
        <span className="grow" />
        {list.data?.computedAt ? (
          <span className="small third not-narrow">
            Computed <Ago ms={list.data.computedAt.getTime()} />
          </span>
        ) : null}
        {rows.length > 0 ? <ComputeNow clusterId={clusterId} running={list.data?.running ?? false} /> : null}
        {rows.some((row) => row.state !== 'refused') ? <DownloadAll clusterId={clusterId} rows={rows} /> : null}
      </TopBar>
      <div className="work scroll">
        {list.isError && list.data ? (
          <StaleNotice
            shownAsOf={formatClock(list.dataUpdatedAt)}
            message={list.error.message}
            onRetry={() => void list.refetch()}
          />
        ) : null}
        {list.data ? (
          rows.length > 0 ? (
            <Rows clusterId={clusterId} rows={rows} />
          ) : (
            <NoRecommendations clusterId={clusterId} running={list.data.running} computedAt={list.data.computedAt} />
          )
        ) : list.isError ? (
          <Failure
            title="The recommendations cannot be read"
            message={list.error.message}
            onRetry={() => void list.refetch()}
          />
        ) : (
          <SkeletonRows roomy />
        )}
      </div>
    </>
  );
}

function Rows({ clusterId, rows }: { clusterId: ClusterId; rows: readonly RecommendationSummary[] }) {
  const counts = countStates(rows);
  const firstFull = TABS.find(([state]) => counts[state] > 0)?.[0] ?? 'ready';
  const [chosen, setShow] = useQueryState('show', parseAsStringLiteral(STATES));
  const show = chosen ?? firstFull;
  return (
    <>
      <Summary rows={rows} />
      <div className="tabs" role="tablist" aria-label="Recommendations by state">
        {TABS.map(([state, label]) => (
          <button
            key={state}
            type="button"
            role="tab"
            aria-selected={state === show}
            aria-controls="recommendation-rows"
            onClick={() => void setShow(state)}
          >
            {label} <span className="count">{counts[state]}</span>
          </button>
        ))}
      </div>
      <div id="recommendation-rows" role="tabpanel" aria-label={STATE_WORDS[show]}>
        {counts[show] > 0 ? (
          <RecommendationTable clusterId={clusterId} groups={byNamespace(rows, show)} />
        ) : (
          <p className="recommendations-none second">{NONE[show]}</p>
        )}
      </div>
    </>
  );
}

const NONE: Readonly<Record<State, string>> = {
  ready: 'Nothing waits for review.',
  applied: 'None of the recommended policies is in the cluster as it was recommended.',
  refused: 'A policy could be made for every workload with traffic.',
};

function Summary({ rows }: { rows: readonly RecommendationSummary[] }) {
  const counts = countStates(rows);
  const lost = Math.max(0, ...rows.map((row) => row.lostFlows));
  const from = Math.min(...rows.map((row) => row.observedFromMs));
  const share = (state: State) => `${(100 * counts[state]) / rows.length}%`;
  return (
    <section className="recommendations-summary">
      <div>
        <h2>{headline(counts)}</h2>
        <p>
          Each lets through what its workload was seen to do, and nothing else; every rule shows its evidence. Learnt
          from traffic since <Ago ms={from} />.
          {lost > 0 ? (
            <>
              {' '}
              <Sign tone="loss">{formatCount(lost)} flows were lost meanwhile</Sign>
            </>
          ) : null}
        </p>
      </div>
      <div className="recommendations-meter">
        <div
          className="meter"
          role="img"
          aria-label={STATES.map((state) => `${STATE_WORDS[state]}: ${counts[state]}`).join(', ')}
        >
          {(['applied', 'ready'] as const).map((state) => (
            <i key={state} className={`tone-${STATE_TONES[state]}`} style={{ width: share(state) }} />
          ))}
        </div>
        <div className="recommendations-key">
          {(['applied', 'ready', 'refused'] as const).map((state) => (
            <span key={state} className={`tone-${STATE_TONES[state]}`}>
              <i className="meter-key" />
              {STATE_WORDS[state]} {counts[state]}
            </span>
          ))}
        </div>
      </div>
    </section>
  );
}
