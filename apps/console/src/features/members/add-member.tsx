'use client';
import { ROLES, Role } from '@margay/model';
import { Button, Dialog, TextField, useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { useShell } from '../shell/index.ts';

/** Adds somebody who has an account here. */
export function AddMember({ onClose }: { onClose: () => void }) {
  const { org, role: mine } = useShell();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const say = useToast();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const roleId = useId();
  const add = useMutation(
    trpc.member.add.mutationOptions({
      onSuccess: async (member) => {
        await queryClient.invalidateQueries({ queryKey: trpc.member.list.queryKey() });
        say(`Added ${member.name} as ${member.role}`);
        onClose();
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ email, role });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Add a member to ${org.name}`}
      text="They need an account here first: ask them to create one, without an organisation."
    >
      <form className="member-form" onSubmit={submit}>
        <TextField
          label="E-mail"
          type="email"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          problem={add.error?.message}
        />
        <div className="field">
          <label htmlFor={roleId}>Role</label>
          <select
            id={roleId}
            className="select"
            value={role}
            onChange={(event) => setRole(Role.parse(event.target.value))}
          >
            {ROLES.filter((each) => mine === 'owner' || each !== 'owner').map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </div>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="ink" busy={add.isPending}>
            Add as {role}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
