import type { Page } from '@playwright/test';
import superjson from 'superjson';

/** A read verb through the page's own session and organisation, as the screens call it. */
export async function query<T>(page: Page, org: string, verb: string, input: unknown): Promise<T> {
  const url = `/api/trpc/${verb}?input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`;
  const response = await page.request.get(new URL(url, page.url()).href, { headers: { 'x-margay-org': org } });
  const body = (await response.json()) as {
    result?: { data: Parameters<typeof superjson.deserialize>[0] };
    error?: { json?: { message: string } };
  };
  if (!body.result) throw new Error(`${verb}: ${response.status()} ${body.error?.json?.message ?? ''}`);
  return superjson.deserialize<T>(body.result.data);
}
