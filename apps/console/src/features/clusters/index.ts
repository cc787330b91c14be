export { ClustersPage } from './clusters-page.tsx';
