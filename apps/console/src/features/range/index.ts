export { boundsOf, lastLabel, type Range, rangeQuery, shiftRange } from './range.ts';
export { RangePicker } from './range-picker.tsx';
export { useRange } from './use-range.ts';
