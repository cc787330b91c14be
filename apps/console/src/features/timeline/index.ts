export { Histogram } from './histogram.tsx';
export { TimeStrip } from './time-strip.tsx';
export { useWidth } from './use-width.ts';
