'use client';
import type { ClusterId } from '@margay/model';
import { Glyph } from '@margay/ui';
import Link from 'next/link';
import { type Range, rangeQuery } from '../range/index.ts';
import { paths, useShell } from '../shell/index.ts';
import { type Insight, insightsOf, type OverviewFacts } from './insights.ts';

const SHOWN = 8;

/** What needs a person, each with the page to look at. */
export function InsightList({ clusterId, range, facts }: { clusterId: ClusterId; range: Range; facts: OverviewFacts }) {
  const { org } = useShell();
  const all = insightsOf(facts);
  const pageOf: Readonly<Record<Insight['page'], string>> = {
    graph: paths.graph(org.slug, clusterId),
    flows: paths.flows(org.slug, clusterId),
    recommendations: paths.recommendations(org.slug, clusterId),
    connect: paths.clusterConnect(org.slug, clusterId),
  };
  const href = (insight: Insight) => {
    const withTime =
      insight.page === 'graph' || insight.page === 'flows' ? { ...rangeQuery(range), ...insight.query } : insight.query;
    const query = new URLSearchParams(withTime).toString();
    return query ? `${pageOf[insight.page]}?${query}` : pageOf[insight.page];
  };
  return (
    <section className="overview-side" aria-labelledby="overview-needs">
      <h2 id="overview-needs">
        Needs you <span className="third small">{all.length === 0 ? 'nothing' : all.length}</span>
      </h2>
      {all.length === 0 ? (
        <p className="overview-calm second">
          Nothing is denied, every agent calls, no flow was lost, and every namespace has a policy.
        </p>
      ) : null}
      <ul>
        {all.slice(0, SHOWN).map((insight) => (
          <li key={insight.id}>
            <Link className="insight" href={href(insight)}>
              <span className={`sign tone-${insight.tone}`}>
                <Glyph tone={insight.tone} />
              </span>
              <span className="grow">
                <span className="strong insight-title">{insight.title}</span>
                <span className="small second insight-detail">{insight.detail}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {all.length > SHOWN ? <p className="overview-more small third">and {all.length - SHOWN} more</p> : null}
    </section>
  );
}
