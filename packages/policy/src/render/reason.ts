/** Why a policy cannot be written as another kind: what of it that kind has no words for, and what could be done. */
export interface Reason {
  /** In the policy as written, such as `spec.ingress[2]`. */
  readonly path: string;
  readonly message: string;
  readonly advice: string;
}

/** Notes a reason; gives null, so that a function can end with it. */
export type Refuse = (message: string, advice: string) => null;

export interface Reasons {
  readonly all: readonly Reason[];
  readonly at: (path: string) => Refuse;
}

export function collectReasons(): Reasons {
  const all: Reason[] = [];
  const seen = new Set<string>();
  return {
    all,
    at: (path) => (message, advice) => {
      const key = JSON.stringify([path, message]);
      if (!seen.has(key)) all.push({ path, message, advice });
      seen.add(key);
      return null;
    },
  };
}
