export { PeerName } from './peer-name.tsx';
export { peerText, portLabel } from './peer-text.ts';
