export { ClusterConnectPage } from './cluster-connect-page.tsx';
export { ConnectPage } from './connect-page.tsx';
