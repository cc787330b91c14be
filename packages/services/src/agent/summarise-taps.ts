import type { Heartbeat } from '@margay/wire';

const PROBLEMS_MAX = 20;

/** Counts by state, and in words what is wrong with those that are not active. */
export function summariseTaps(taps: Heartbeat['taps']) {
  const count = (state: Heartbeat['taps'][number]['state']) => taps.filter((tap) => tap.state === state).length;
  const problems = taps
    .filter((tap) => tap.state !== 'active')
    .map(({ interface: device, namespace, pod, state, message }) => {
      const whose = pod ? `${namespace}/${pod}` : device;
      return `${whose}: ${message || (state === 'failed' ? 'the tap failed' : 'only one direction is seen')}`;
    });
  return {
    active: count('active'),
    halfBlind: count('half-blind'),
    failed: count('failed'),
    problems: problems.slice(0, PROBLEMS_MAX),
  };
}
