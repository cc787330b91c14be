'use client';
import type { ClusterId } from '@margay/model';
import type { RecommendationSummary } from '@margay/services/inputs';
import { For, formatCount, formatDuration, plainName, plural, Sign } from '@margay/ui';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { Fragment } from 'react';
import { useNarrow } from '../../client/use-narrow.ts';
import { paths, useShell } from '../shell/index.ts';
import { STATE_TONES, STATE_WORDS, title } from './summary.ts';

type Groups = readonly (readonly [string, readonly RecommendationSummary[]])[];

/** Workloads by namespace; a row opens its policy. */
export function RecommendationTable({ clusterId, groups }: { clusterId: ClusterId; groups: Groups }) {
  const narrow = useNarrow();
  return narrow ? <Cards clusterId={clusterId} groups={groups} /> : <Table clusterId={clusterId} groups={groups} />;
}

function Table({ clusterId, groups }: { clusterId: ClusterId; groups: Groups }) {
  const { org } = useShell();
  const router = useRouter();
  return (
    <table className="tbl tbl-roomy recommendation-table" aria-label="Recommendations" data-testid="recommendations">
      <thead>
        <tr>
          <th>Workload</th>
          <th>Status</th>
          <th className="num" title="Ingress rules">
            In
          </th>
          <th className="num" title="Egress rules">
            Out
          </th>
          <th className="num">Connections</th>
          <th className="num">Observed</th>
          <th className="num">Unchanged</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(([namespace, rows]) => (
          <Fragment key={namespace}>
            <tr className="group">
              <td colSpan={7}>
                <span className="name">{plainName(namespace)}</span>{' '}
                <span className="third">{plural(rows.length, 'workload')}</span>
              </td>
            </tr>
            {rows.map((row) => {
              const href = paths.recommendation(org.slug, clusterId, row.id);
              return (
                <tr key={row.id} onClick={() => router.push(href)} data-workload={`${row.namespace}/${title(row)}`}>
                  <td>
                    <Link className="row-link" href={href} onClick={(event) => event.stopPropagation()}>
                      {title(row)}
                    </Link>{' '}
                    <span className="third small">{row.workloads[0]?.kind}</span>
                  </td>
                  {row.state === 'refused' ? (
                    <td colSpan={6} className="second">
                      {row.refusal}
                    </td>
                  ) : (
                    <Numbers row={row} />
                  )}
                </tr>
              );
            })}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Numbers({ row }: { row: RecommendationSummary }) {
  return (
    <>
      <td>
        <StateSign row={row} />
      </td>
      <td className="num">{row.ingressRules}</td>
      <td className="num">{row.egressRules}</td>
      <td className="num">{formatCount(row.connections)}</td>
      <td className="num second">{formatDuration(row.observedToMs - row.observedFromMs)}</td>
      <td className="num second">
        <For ms={row.changedAt.getTime()} />
      </td>
    </>
  );
}

function StateSign({ row }: { row: RecommendationSummary }) {
  return <Sign tone={STATE_TONES[row.state]}>{STATE_WORDS[row.state]}</Sign>;
}

function Cards({ clusterId, groups }: { clusterId: ClusterId; groups: Groups }) {
  const { org } = useShell();
  return (
    <div data-testid="recommendations">
      {groups.map(([namespace, rows]) => (
        <section key={namespace} aria-label={namespace}>
          <h3 className="recommendation-group">
            <span className="name">{plainName(namespace)}</span> {plural(rows.length, 'workload')}
          </h3>
          {rows.map((row) => (
            <Link
              key={row.id}
              className="recommendation-card"
              href={paths.recommendation(org.slug, clusterId, row.id)}
              data-workload={`${row.namespace}/${title(row)}`}
            >
              <span className="name cut">{title(row)}</span>
              <StateSign row={row} />
              <span className="small second cut">
                {row.refusal ?? `${plural(row.ingressRules, 'rule')} in, ${row.egressRules} out`}
              </span>
              <span className="small second num">{row.connections > 0 ? formatCount(row.connections) : ''}</span>
            </Link>
          ))}
        </section>
      ))}
    </div>
  );
}
