'use client';
import { type ClusterId, may } from '@margay/model';
import { Button, useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../client/trpc.tsx';
import { useShell } from '../shell/index.ts';

/** Has recommendations computed on the traffic up to now. */
export function ComputeNow({
  clusterId,
  running,
  ink = false,
}: {
  clusterId: ClusterId;
  running: boolean;
  ink?: boolean;
}) {
  const { role } = useShell();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const say = useToast();
  const request = useMutation(
    trpc.recommendation.request.mutationOptions({
      onSuccess: ({ queued }) => {
        if (!queued) say('A run is under way already');
        return queryClient.invalidateQueries({ queryKey: trpc.recommendation.list.queryKey({ clusterId }) });
      },
      onError: (error) => say(error.message, 'denied'),
    }),
  );
  if (!may(role, 'policy.write')) return null;
  const busy = running || request.isPending;
  return (
    <Button kind={ink ? 'ink' : 'plain'} icon="refresh" busy={busy} onClick={() => request.mutate({ clusterId })}>
      {busy ? 'Computing' : 'Compute now'}
    </Button>
  );
}
