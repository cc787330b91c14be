import { BpfObject, TcxLink, tcxProgramIds } from '../../agent/src/ffi/index.ts';
import { serve } from './remote.ts';

const held: unknown[] = [];

/** Somebody else at the same interfaces: another CNI, or an administrator who takes things off. */
const handlers = {
  /** Attaches a program of theirs at the head of an interface, both directions. */
  attach: (objectPath: string, interfaceIndex: number) => {
    const object = BpfObject.load(objectPath);
    for (const direction of ['ingress', 'egress'] as const) {
      held.push(object, TcxLink.attach(object.programFd('foreign'), interfaceIndex, direction));
    }
  },
  /** Detaches a pinned link without removing its pin. */
  detachPinned: (path: string) => {
    const link = TcxLink.openPinned(path);
    link?.detach();
    link?.close();
  },
  programs: (interfaceIndex: number) => ({
    ingress: tcxProgramIds(interfaceIndex, 'ingress'),
    egress: tcxProgramIds(interfaceIndex, 'egress'),
  }),
};
export type ForeignHandlers = typeof handlers;

serve(handlers);
