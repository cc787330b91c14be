'use client';
import { useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConfirmRemoval } from '../../client/confirm-removal.tsx';
import { useTRPC } from '../../client/trpc.tsx';
import { useShell } from '../shell/index.ts';
import type { Member } from './member.ts';

export function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const { org, user } = useShell();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const say = useToast();
  const self = member.email === user.email;
  const remove = useMutation(
    trpc.member.remove.mutationOptions({
      onSuccess: async () => {
        if (self) return window.location.assign('/');
        await queryClient.invalidateQueries({ queryKey: trpc.member.list.queryKey() });
        say(`Removed ${member.name}`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmRemoval
      title={self ? `Leave ${org.name}` : `Remove ${member.name} from ${org.name}`}
      text={
        self
          ? 'You lose sight of its clusters at once. An owner or admin can add you again.'
          : `${member.email} loses sight of its clusters at once. The account itself stays, and what it did stays in the audit log.`
      }
      keep="Cancel"
      action={self ? `Leave ${org.name}` : `Remove ${member.name}`}
      removal={remove}
      onConfirm={() => remove.mutate({ userId: member.userId })}
      onClose={onClose}
    />
  );
}
