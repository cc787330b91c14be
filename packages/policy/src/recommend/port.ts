import { portText } from '@margay/model';

export interface Port {
  readonly protocol: number;
  readonly port: number;
}
/** UDP before TCP: what is paired reads "UDP and TCP 53". */
const PROTOCOL_ORDER = [17, 6, 132];

export function comparePorts(a: Port, b: Port): number {
  return a.port - b.port || PROTOCOL_ORDER.indexOf(a.protocol) - PROTOCOL_ORDER.indexOf(b.protocol);
}

export const onePort = ({ protocol, port }: Port) => portText(protocol, port);
