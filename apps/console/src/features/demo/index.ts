export { DemoNotice } from './demo-notice.tsx';
export { OfferDemo } from './offer-demo.tsx';
export { useRemoveDemo } from './use-demo.ts';
