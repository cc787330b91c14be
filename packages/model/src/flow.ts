import { z } from 'zod';

/** Which end measured: the agent at the connection's initiator (`src`) or at its responder (`dst`). */
export const REPORTERS = ['src', 'dst'] as const;
export const ACTIONS = ['allow', 'deny'] as const;
/** What the action rests on: the kernel's own verdict, the engine's, or SYNs that nobody answered. Observed traffic that got through is `kernel`. */
export const EVIDENCE = ['kernel', 'engine', 'unanswered'] as const;
export const Reporter = z.enum(REPORTERS);
export type Reporter = z.infer<typeof Reporter>;
export const Action = z.enum(ACTIONS);
export type Action = z.infer<typeof Action>;
export const Evidence = z.enum(EVIDENCE);
export type Evidence = z.infer<typeof Evidence>;

/** Length of an agent's window in seconds, and the steps it is rolled up to. */
export const WINDOW_SECONDS = 5;
export const RESOLUTIONS_SECONDS = [5, 60, 3600] as const;
export type ResolutionSeconds = (typeof RESOLUTIONS_SECONDS)[number];

/** Where flows were lost, all counted: nothing is dropped without a number. */
export const LOSS_KINDS = [
  'kernel-map-full',
  'kernel-parse',
  'spool-full',
  'decode',
  'too-old',
  'identity',
  'address-cap',
  'peer-quota',
] as const;
export const LossKind = z.enum(LOSS_KINDS);
export type LossKind = z.infer<typeof LossKind>;
