export { PeerName } from './peer-name.tsx';
export { type PeerText, peerLine, peerText, portLabel } from './peer-text.ts';
