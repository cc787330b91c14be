const FIRST =
  'amber brisk calm deft early fern gold hazel iris jade keen lunar mellow noble olive pearl quiet river solar tidal'.split(
    ' ',
  );
const SECOND =
  'otter lynx heron vole crane finch badger marten ibis newt tapir wren bison gecko koala llama moose panda raven stoat'.split(
    ' ',
  );

/** A stream of numbers in [0, 1) from a seed; the same seed, the same stream on every machine (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Distinct names such as `quiet-heron`. */
export class Names {
  readonly #random: () => number;
  readonly #used = new Set<string>();

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): string {
    const pick = (words: readonly string[]) => words[Math.floor(this.#random() * words.length)];
    for (let attempt = 0; ; attempt++) {
      const name = `${pick(FIRST)}-${pick(SECOND)}${attempt > 20 ? `-${attempt}` : ''}`;
      if (this.#used.has(name)) continue;
      this.#used.add(name);
      return name;
    }
  }
}

/** Distinct ports between `first` and `last`. */
export class Ports {
  readonly #random: () => number;
  readonly #used = new Set<number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  next(first: number, last: number): number {
    for (;;) {
      const port = first + Math.floor(this.#random() * (last - first + 1));
      if (this.#used.has(port)) continue;
      this.#used.add(port);
      return port;
    }
  }
}
