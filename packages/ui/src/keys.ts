/** A key or a sequence of them: `ctrl+k`, `/`, `g r`, `?`. */
export interface KeyBinding {
  readonly keys: string;
  readonly run: () => void;
}

interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const SEQUENCE_MS = 1_200;

/** `ctrl+k` for both Ctrl and Command; single keys as they print, so that `?` works on every layout. */
export function keyName(event: PressedKey): string {
  const key = event.key === ' ' ? 'space' : event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase();
  return `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}${key}`;
}

/**
 * Matches presses against bindings, sequences included. Pure but for what was pressed before.
 *
 * @returns a function that takes a press and its time (ms) and gives the binding it completes, or null.
 */
export function createKeyMatcher(): (
  bindings: readonly KeyBinding[],
  pressed: string,
  atMs: number,
) => KeyBinding | null {
  let before = '';
  let beforeMs = 0;
  return (bindings, pressed, atMs) => {
    const sequence = before && atMs - beforeMs < SEQUENCE_MS ? `${before} ${pressed}` : null;
    const found =
      bindings.find((binding) => binding.keys === sequence) ?? bindings.find((binding) => binding.keys === pressed);
    const starts = bindings.some((binding) => binding.keys.startsWith(`${pressed} `));
    before = !found && starts ? pressed : '';
    beforeMs = atMs;
    return found ?? null;
  };
}
