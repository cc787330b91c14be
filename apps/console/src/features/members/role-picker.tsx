'use client';
import { ROLES, Role } from '@margay/model';
import { useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../client/trpc.tsx';
import { useShell } from '../shell/index.ts';
import type { Member } from './member.ts';

/** Changes a role at once; a refusal says why and the role stays. */
export function RolePicker({ member }: { member: Member }) {
  const mine = useShell().role;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const say = useToast();
  const change = useMutation(
    trpc.member.changeRole.mutationOptions({
      onSuccess: (_result, { role }) => say(`${member.name} is ${role} now`),
      onError: (error) => say(error.message, 'denied'),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.member.list.queryKey() }),
    }),
  );
  // Only owners make owners or unmake them.
  if (member.role === 'owner' && mine !== 'owner') return member.role;
  return (
    <select
      className="select"
      aria-label={`Role of ${member.name}`}
      value={member.role}
      disabled={change.isPending}
      onChange={(event) => change.mutate({ userId: member.userId, role: Role.parse(event.target.value) })}
    >
      {ROLES.filter((role) => mine === 'owner' || role !== 'owner').map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </select>
  );
}
