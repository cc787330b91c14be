'use client';
import { Button, buttonClass } from '@margay/ui';
import Link from 'next/link';
import { paths, useShell } from '../shell/index.ts';
import { useAddDemo } from './use-demo.ts';

/** For whoever has no cluster at hand: one click to a graph. */
export function OfferDemo() {
  const { org, clusters } = useShell();
  const demo = clusters.find((cluster) => cluster.isDemo);
  const add = useAddDemo();
  return (
    <section className="connect-demo" aria-labelledby="demo">
      <h2 id="demo">No cluster at hand?</h2>
      <p className="second">
        The demo cluster is real traffic of a small shop and a bank, recorded once and played as if it ran now. One
        click removes it.
      </p>
      {demo ? (
        <Link className={buttonClass()} href={paths.graph(org.slug, demo.id)}>
          Open the demo cluster
        </Link>
      ) : (
        <Button icon="plus" busy={add.isPending} onClick={() => add.mutate({})}>
          Add the demo cluster
        </Button>
      )}
      {add.error ? (
        <p className="hint hint-bad" role="alert">
          {add.error.message}
        </p>
      ) : null}
    </section>
  );
}
