export { LiveSign } from './live-sign.tsx';
export { type LiveState, useLive } from './use-live.ts';
