export { explain } from './explain.ts';
export { FlowsPage } from './flows-page.tsx';
