import type { Peer } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, serviceOf, servicePeer, workloadPeer } from '../../test/fixtures.ts';
import { cart, front, runFor } from '../../test/run-recommend.ts';
import type { ObservedEdge, RecommendInput } from './types.ts';

const HOUR = 3_600_000;
const WEEK = { fromMs: 0, toMs: 7 * 24 * HOUR };
const pair = [0, 1, 2];
const steady = Array.from({ length: 7 * 24 }, (_, hour) => hour);

const seen = (more: Partial<ObservedEdge>): ObservedEdge => ({
  ...edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070'),
  ...more,
});
const evidenceOf = (edges: readonly ObservedEdge[], more: Partial<RecommendInput> = WEEK) => {
  const [rule] = runFor('frontend', inventoryOf([front, cart]), edges, more).rules;
  if (rule === undefined) throw new Error('no rule');
  return rule.evidence;
};
const codes = (edges: readonly ObservedEdge[], more: Partial<RecommendInput> = WEEK) => {
  const { level, reasons } = evidenceOf(edges, more).confidence;
  return [level, ...reasons.map(({ code }) => code)];
};

describe('evidence of a rule', () => {
  it('lists its edges, busiest first, with their number', () => {
    const other = { ...seen({ connectionsStarted: 9 }), port: 8080 };
    expect(evidenceOf([seen({}), other])).toMatchObject({
      edgeCount: 2,
      edges: [
        {
          src: 'workload/shop/Deployment/frontend',
          dst: 'workload/shop/Deployment/cart',
          port: 'TCP 8080',
          connections: 9,
        },
        { port: 'TCP 7070', connections: 5, firstSeenMs: 1_000, lastSeenMs: 2_000 },
      ],
    });
    const many = Array.from({ length: 30 }, (_, place) => ({ ...seen({}), port: 9_000 + place }));
    const { edges, edgeCount } = evidenceOf(many);
    expect([edges.length, edgeCount]).toEqual([20, 30]);
  });

  it('counts hours and days: exactly where they are known, else from the first and the last', () => {
    expect(evidenceOf([seen({ hours: [1, 2, 30] }), seen({ hours: [2, 100] })]).observed).toEqual({
      hours: 4,
      days: 3,
      exact: true,
    });
    expect(evidenceOf([seen({ firstSeenMs: 0, lastSeenMs: 50 * HOUR })]).observed).toEqual({
      hours: 2,
      days: 2,
      exact: false,
    });
  });

  it('tells which replicas showed it, of its own end, and nothing where an edge does not say', () => {
    const replicas = inventoryOf([{ ...front, pods: pair.map(() => ({ app: 'frontend' })) }, cart]);
    const shareOf = (name: string, edges: ObservedEdge[]) => runFor(name, replicas, edges).rules[0]?.evidence.replicas;
    const edge = seen({ srcPods: ['frontend-deployment-1', 'gone'], dstPods: ['cart-deployment-0'] });
    expect(shareOf('frontend', [edge])).toEqual({
      showed: 1,
      current: 3,
      silent: ['frontend-deployment-0', 'frontend-deployment-2'],
    });
    expect(shareOf('cart', [edge])).toEqual({ showed: 1, current: 1, silent: [] });
    expect(shareOf('frontend', [edge, seen({})])).toBeNull();
  });

  it('keeps the names that the source resolved: they say nothing of who comes in', () => {
    const edge = { ...seen({ dnsNames: ['b.example.org', 'a.example.org\u202e'] }), dst: external('203.0.113.7') };
    expect(evidenceOf([edge]).dnsNames).toEqual(['a.example.org\uFFFD', 'b.example.org']);
    const incoming = { ...seen({ dnsNames: ['cart.shop'] }) };
    expect(runFor('cart', inventoryOf([front, cart]), [incoming]).rules[0]?.evidence.dnsNames).toEqual([]);
  });
});

describe('confidence', () => {
  it('is high where nothing speaks against it', () => {
    expect(codes([seen({ hours: steady, srcPods: ['frontend-deployment-0'], dstPods: [] })])).toEqual(['high']);
  });

  it('falls with the window', () => {
    expect(codes([seen({ hours: [0] })], { toMs: 24 * HOUR - 1 })).toEqual(['medium', 'short-window']);
    expect(codes([seen({ hours: [0] })], { toMs: HOUR - 1 })).toEqual(['low', 'short-window']);
    expect(codes([seen({ hours: steady.slice(0, 24) })], { toMs: 24 * HOUR })).toEqual(['high']);
  });

  it('is low for what was seen once, not for one connection that stays open', () => {
    const one = { connectionsStarted: 1 };
    expect(codes([seen(one)])).toEqual(['low', 'seen-once']);
    expect(codes([seen({ ...one, firstSeenMs: 0, lastSeenMs: 10 * 60_000 })])).not.toContain('seen-once');
    expect(codes([seen({ ...one, hours: steady })])).toEqual(['high']);
    expect(codes([seen({ ...one, lastSeenMs: 5 * HOUR })])).toEqual(['high']);
    expect(codes([seen(one), { ...seen(one), port: 8080 }])).toEqual(['high']);
  });

  it('falls with loss, by its share', () => {
    expect(codes([seen({ hours: steady, flows: 999 })], { ...WEEK, lostFlows: 1 })).toEqual(['medium', 'loss']);
    expect(codes([seen({ hours: steady, flows: 90 })], { ...WEEK, lostFlows: 10 })).toEqual(['low', 'loss']);
    const { reasons } = evidenceOf([seen({ hours: steady, flows: 90 })], { ...WEEK, lostFlows: 10 }).confidence;
    expect(reasons[0]?.text).toContain('10 flows were lost meanwhile (10.0 %)');
  });

  it('waits until a period came round twice', () => {
    expect(codes([seen({ hours: [2] })])).toEqual(['medium', 'period-unconfirmed']);
    expect(codes([seen({ hours: [2, 3, 26, 27] })])).toEqual(['medium', 'period-unconfirmed']);
    expect(codes([seen({ hours: [2, 26, 50] })])).toEqual(['high']);
    const nightly: Peer = workloadPeer({ kind: 'CronJob', name: 'nightly', labels: { app: 'nightly' } });
    const job = { kind: 'CronJob', name: 'nightly', labels: { app: 'nightly' } };
    const [rule] = runFor('cart', inventoryOf([job, cart]), [{ ...seen({}), src: nightly }], WEEK).rules;
    expect(rule?.evidence.confidence.reasons.map(({ code }) => code)).toEqual(['period-unconfirmed']);
  });

  it('names replicas that never showed it', () => {
    const inventory = inventoryOf([{ ...front, pods: [{ app: 'frontend' }, { app: 'frontend' }] }, cart]);
    const [rule] = runFor(
      'frontend',
      inventory,
      [seen({ hours: steady, srcPods: ['frontend-deployment-0'] })],
      WEEK,
    ).rules;
    expect(rule?.evidence.confidence).toEqual({
      level: 'medium',
      reasons: [
        {
          code: 'silent-replicas',
          level: 'medium',
          text: '1 of 2 replicas showed it; frontend-deployment-1 never did.',
        },
      ],
    });
  });

  it('says where any backend of a Service may have answered', () => {
    const other = { kind: 'StatefulSet', name: 'cart-two', labels: { app: 'cart', part: 'two' } };
    const inventory = inventoryOf([front, cart, other], {
      services: [serviceOf('shop', 'cart', [['TCP', 80, 7070]], { app: 'cart' })],
    });
    const edge = { ...seen({ hours: steady }), dst: servicePeer('shop', 'cart'), port: 80 };
    const [rule] = runFor('frontend', inventory, [edge], WEEK).rules;
    expect(rule?.evidence.confidence.reasons.map(({ code }) => code)).toEqual(['backend-unknown']);
  });
});
