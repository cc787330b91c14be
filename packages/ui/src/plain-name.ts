/** Control and format characters: invisible ones, and those that turn the direction of what follows (Unicode TR 9, TR 36). */
const DECEIVING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name that a cluster chose, as it may be shown: what would hide or reorder text becomes a visible mark. */
export function plainName(name: string): string {
  return name.replace(DECEIVING, '\ufffd');
}
