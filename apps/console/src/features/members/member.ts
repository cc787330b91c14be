import type { MemberView } from '@margay/services/inputs';
import type { z } from 'zod';

export type Member = z.infer<typeof MemberView>;
