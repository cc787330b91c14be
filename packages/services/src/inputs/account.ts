import { OrgId, Role, UserId } from '@margay/model';
import { z } from 'zod';

export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email('enter an e-mail address like ada@example.org').max(254));
export const Password = z.string().min(12, 'use at least 12 characters').max(256, 'use at most 256 characters');

export const SignUpInput = z.object({
  name: z.string().trim().min(1, 'enter your name').max(120),
  email: Email,
  password: Password,
});
export const SignUpOutput = z.object({ userId: UserId });
export const CreateOrgInput = z.object({ name: z.string().trim().min(1, 'name the organisation').max(80) });
export const OrgView = z.object({ id: OrgId, name: z.string(), slug: z.string(), role: Role, createdAt: z.date() });
export type OrgView = z.infer<typeof OrgView>;
export const ListMyOrgsOutput = z.array(OrgView);
export const RenameOrgInput = z.object({ name: z.string().trim().min(1).max(80) });

export const MemberView = z.object({
  userId: UserId,
  name: z.string(),
  email: z.string(),
  role: Role,
  since: z.date(),
});
export const ListMembersOutput = z.array(MemberView);
/** The person must have signed up already. */
export const AddMemberInput = z.object({ email: Email, role: Role });
export const ChangeRoleInput = z.object({ userId: UserId, role: Role });
export const RemoveMemberInput = z.object({ userId: UserId });

export const ListAuditInput = z.object({
  cursor: z.string().optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export const AuditRow = z.object({
  id: z.uuid(),
  at: z.date(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export const ListAuditOutput = z.object({ rows: z.array(AuditRow), nextCursor: z.string().nullable() });
export const Done = z.object({ done: z.literal(true) });
