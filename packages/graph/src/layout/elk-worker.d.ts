declare module 'elkjs/lib/elk-worker.min.js' {
  export const Worker: new (url?: string) => globalThis.Worker;
}
