'use client';
import type { ClusterId } from '@margay/model';
import type { RecommendationDetail } from '@margay/services/inputs';
import { Button, Failure, formatClock, plainName, SkeletonRows, StaleNotice, useKeys } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { paths, TopBar, useShell } from '../shell/index.ts';
import { DetailHead } from './detail-head.tsx';
import { PeerDiagram } from './peer-diagram.tsx';
import { type RuleRef, ruleLines } from './rule-lines.ts';
import { RuleList } from './rule-list.tsx';
import { STATES, title } from './summary.ts';
import { useRecommendations } from './use-recommendations.ts';
import { YamlPane } from './yaml-pane.tsx';
import './recommendation.css';

const VIEWS = ['rules', 'yaml'] as const;

/** One policy: each rule in words with its evidence, beside the YAML it stands in. */
export function RecommendationPage({ clusterId, id }: { clusterId: ClusterId; id: string }) {
  const { org } = useShell();
  const detail = useQuery(useTRPC().recommendation.get.queryOptions({ clusterId, id }));
  const list = `${paths.recommendations(org.slug, clusterId)}`;
  const data = detail.data;
  return (
    <>
      <TopBar
        title={data ? title(data) : 'Recommendation'}
        crumb={
          <>
            <Link href={list}>Recommendations</Link> / {data ? <>{plainName(data.namespace)} /</> : null}
          </>
        }
      >
        <span className="grow" />
        <Neighbours clusterId={clusterId} id={id} />
      </TopBar>
      {detail.isError && data ? (
        <StaleNotice
          shownAsOf={formatClock(detail.dataUpdatedAt)}
          message={detail.error.message}
          onRetry={() => void detail.refetch()}
        />
      ) : null}
      {data ? (
        <Detail data={data} />
      ) : detail.isError ? (
        <Failure
          title="This recommendation cannot be shown"
          message={detail.error.message}
          onRetry={() => void detail.refetch()}
        >
          <Link className="btn" href={list}>
            All recommendations
          </Link>
        </Failure>
      ) : (
        <SkeletonRows roomy />
      )}
    </>
  );
}

function Detail({ data }: { data: RecommendationDetail }) {
  const [view, setView] = useQueryState('view', parseAsStringLiteral(VIEWS).withDefault('rules'));
  const [current, setCurrent] = useState<RuleRef | null>(null);
  const marked = useMemo(
    () => (current && data.yaml ? ruleLines(data.yaml, current) : undefined),
    [current, data.yaml],
  );
  return (
    <>
      <DetailHead data={data} />
      <div className="tabs only-narrow recommendation-views" role="tablist" aria-label="View">
        {VIEWS.map((each) => (
          <button key={each} type="button" role="tab" aria-selected={each === view} onClick={() => void setView(each)}>
            {each === 'rules' ? 'Rules' : 'YAML'}
            {each === 'rules' ? <span className="count">{data.rules.length}</span> : null}
          </button>
        ))}
      </div>
      <div className="recommendation" data-view={view}>
        <RuleList data={data} current={current} onCurrent={setCurrent} />
        <aside className="recommendation-side" aria-label="Policy as YAML">
          <PeerDiagram data={data} />
          {data.yaml && data.policyName ? (
            <YamlPane yaml={data.yaml} name={data.policyName} marked={marked} />
          ) : (
            <p className="recommendation-no-yaml second">{data.refusal}</p>
          )}
        </aside>
      </div>
    </>
  );
}

function Neighbours({ clusterId, id }: { clusterId: ClusterId; id: string }) {
  const { org } = useShell();
  const router = useRouter();
  const rows = useRecommendations(clusterId).data?.rows ?? [];
  const state = rows.find((row) => row.id === id)?.state ?? STATES[0];
  const same = rows.filter((row) => row.state === state);
  const at = same.findIndex((row) => row.id === id);
  const go = (step: number) => () => {
    const next = same[at + step];
    if (next) router.push(paths.recommendation(org.slug, clusterId, next.id));
  };
  useKeys([
    { keys: 'j', run: go(1) },
    { keys: 'k', run: go(-1) },
    { keys: 'escape', run: () => router.push(paths.recommendations(org.slug, clusterId)) },
  ]);
  if (at < 0) return null;
  return (
    <>
      <span className="small third nowrap not-narrow">
        {at + 1} of {same.length}
      </span>
      <Button icon="up" aria-label="Previous recommendation" disabled={at === 0} onClick={go(-1)} />
      <Button icon="down" aria-label="Next recommendation" disabled={at === same.length - 1} onClick={go(1)} />
    </>
  );
}
