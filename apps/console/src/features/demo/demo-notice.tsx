'use client';
import type { ClusterView } from '@margay/services/inputs';
import { Button } from '@margay/ui';
import { useRemoveDemo } from './use-demo.ts';

/** What a demo cluster shows where others show their install line. */
export function DemoNotice({ cluster, mayRemove }: { cluster: ClusterView; mayRemove: boolean }) {
  const { remove, isPending } = useRemoveDemo();
  return (
    <section className="connect-demo" aria-labelledby="demo">
      <h2 id="demo">This is the demo cluster</h2>
      <p className="second">
        Margay plays a recording to itself, through the same enrolment and the same door as any agent. There is nothing
        to install, and nothing here comes from a cluster of yours.
      </p>
      {mayRemove ? (
        <Button icon="trash" busy={isPending} onClick={() => remove(cluster)}>
          Remove the demo cluster
        </Button>
      ) : null}
    </section>
  );
}
