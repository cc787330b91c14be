import { z } from 'zod';

export const ROLES = ['owner', 'admin', 'editor', 'viewer'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** The one permission table, for server and browser. A verb names what it needs; nothing else decides. */
export const PERMISSIONS = {
  'org.read': ['owner', 'admin', 'editor', 'viewer'],
  'org.write': ['owner', 'admin'],
  'member.read': ['owner', 'admin', 'editor', 'viewer'],
  'member.write': ['owner', 'admin'],
  'audit.read': ['owner', 'admin'],
  'cluster.read': ['owner', 'admin', 'editor', 'viewer'],
  'cluster.write': ['owner', 'admin'],
  'flow.read': ['owner', 'admin', 'editor', 'viewer'],
  'policy.read': ['owner', 'admin', 'editor', 'viewer'],
  'policy.write': ['owner', 'admin', 'editor'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

/** Whether `role` holds `permission`. */
export function may(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}
