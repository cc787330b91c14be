import { environment } from '../../server/environment.ts';

export const dynamic = 'force-dynamic';

/** State and version, for whoever watches this process. */
export function GET(): Response {
  try {
    return Response.json(
      { state: 'ok', version: environment().MARGAY_VERSION },
      { headers: { 'cache-control': 'no-store' } },
    );
  } catch (error) {
    return Response.json(
      { state: 'misconfigured', message: error instanceof Error ? error.message : 'unknown' },
      { status: 503 },
    );
  }
}
