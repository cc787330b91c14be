export { Histogram } from './histogram.tsx';
export type { TimelinePoint } from './scale.ts';
export { TimeStrip } from './time-strip.tsx';
export { useWidth } from './use-width.ts';
