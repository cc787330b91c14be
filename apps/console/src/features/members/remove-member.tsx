'use client';
import { Button, Dialog, useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={self ? `Leave ${org.name}` : `Remove ${member.name} from ${org.name}`}
      text={
        self
          ? 'You lose sight of its clusters at once. An owner or admin can add you again.'
          : `${member.email} loses sight of its clusters at once. The account itself stays, and what it did stays in the audit log.`
      }
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate({ userId: member.userId })}>
            {self ? `Leave ${org.name}` : `Remove ${member.name}`}
          </Button>
        </>
      }
    >
      {remove.error ? (
        <p className="hint hint-bad" role="alert">
          {remove.error.message}
        </p>
      ) : null}
    </Dialog>
  );
}
