/// <reference path="./elk-worker.d.ts" />
import ELK from 'elkjs/lib/elk-api.js';
import { Worker as ElkWorker } from 'elkjs/lib/elk-worker.min.js';
import { answerLayout, type LayoutRequest } from './protocol.ts';

/** The worker's own side, said here so that this file type-checks in a page's configuration too. */
declare const self: {
  onmessage: ((event: MessageEvent<LayoutRequest>) => void) | null;
  postMessage(message: unknown): void;
};

// elk's own worker is its library: run in here it needs no second thread, and no second file that a bundler would have to find.
const elk = new ELK({ workerFactory: (url) => new ElkWorker(url) });

// Assigned, not added: on import elk takes `onmessage` for itself.
self.onmessage = async (event: MessageEvent<LayoutRequest>) => {
  self.postMessage(await answerLayout(elk, event.data));
};
