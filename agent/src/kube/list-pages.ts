import { z } from 'zod';
import type { KubeClient } from './client.ts';

const PAGE_OBJECTS = 500;

const ListPage = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
});

/**
 * Lists `path` in pages, so that no more than a page of raw objects is held at once.
 *
 * @returns the version to watch from: all pages show the cluster at that version.
 */
export async function listPages(
  client: KubeClient,
  path: string,
  onObject: (object: unknown) => void,
  signal: AbortSignal,
): Promise<string> {
  let query: Record<string, string> = { limit: String(PAGE_OBJECTS) };
  for (;;) {
    const page = ListPage.parse(await client.json(path, { query, signal }));
    for (const object of page.items ?? []) onObject(object);
    if (!page.metadata.continue) return page.metadata.resourceVersion ?? '0';
    query = { limit: String(PAGE_OBJECTS), continue: page.metadata.continue };
  }
}
