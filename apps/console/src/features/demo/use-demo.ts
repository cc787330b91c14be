'use client';
import type { ClusterView } from '@margay/services/inputs';
import { useToast } from '@margay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTRPC } from '../../client/trpc.tsx';
import { paths, useShell } from '../shell/index.ts';

/** Adds the demo cluster and opens its graph. */
export function useAddDemo() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const { org } = useShell();
  return useMutation(
    trpc.cluster.addDemo.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.cluster.list.queryKey() });
        router.push(paths.graph(org.slug, id));
      },
    }),
  );
}

/** Removes it without a question: nothing of anybody's is lost, and it can be added again. */
export function useRemoveDemo() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const say = useToast();
  const { org } = useShell();
  const remove = useMutation(
    trpc.cluster.delete.mutationOptions({
      onSuccess: async () => {
        router.push(paths.clusters(org.slug));
        await queryClient.invalidateQueries({ queryKey: trpc.cluster.list.queryKey() });
        say('Removed the demo cluster');
      },
      onError: (error) => say(`The demo cluster could not be removed: ${error.message}`),
    }),
  );
  return { isPending: remove.isPending, remove: ({ id }: ClusterView) => remove.mutate({ clusterId: id }) };
}
