'use client';
import type { ClusterView } from '@margay/services/inputs';
import { plural, useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConfirmRemoval } from '../../client/confirm-removal.tsx';
import { useTRPC } from '../../client/trpc.tsx';

/** Names what goes, and what stays in the cluster itself. */
export function DeleteCluster({ cluster, onClose }: { cluster: ClusterView; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const say = useToast();
  const remove = useMutation(
    trpc.cluster.delete.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.cluster.list.queryKey() });
        say(`Deleted ${cluster.name}`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmRemoval
      title={`Delete ${cluster.name}`}
      text={
        <>
          <p>
            {cluster.agents.total === 0
              ? 'Nothing of it has arrived yet; its install lines stop working.'
              : `Its flows, recommendations and the inventory of ${plural(cluster.workloads, 'workload')} are hidden at once and then cleared; the credential of its ${plural(cluster.agents.total, 'agent')} is revoked.`}{' '}
            This cannot be undone.
          </p>
          <p>
            The cluster keeps running as it is. Remove the agents there with{' '}
            <span className="mono">kubectl delete -f</span> and the address that was applied.
          </p>
        </>
      }
      keep="Keep it"
      action={`Delete ${cluster.name}`}
      icon="trash"
      removal={remove}
      onConfirm={() => remove.mutate({ clusterId: cluster.id })}
      onClose={onClose}
    />
  );
}
