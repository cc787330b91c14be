import { renderInstallManifest } from '@margay/manifest';
import { MargayError } from '@margay/model';
import { nobodyContext, verbs } from '@margay/services';
import { admitStranger } from './admit.ts';
import { type Answer, type Call, json, type Route } from './route.ts';

/**
 * GET /install/<token>.yaml: what `kubectl apply -f` takes, for ever: a token that is spent gives the same objects without it, so that `kubectl delete -f` works.
 * GET /install/<token>: the same for a person or a tool, in a few words of JSON.
 */
export const install: Route = async (call) => {
  admitStranger(call);
  const path = (call.request.url ?? '').split('?', 1)[0]?.slice('/install/'.length) ?? '';
  const asManifest = path.endsWith('.yaml');
  const token = asManifest ? path.slice(0, -'.yaml'.length) : path;
  const { deps, requestId, receivedAt } = call;
  const ctx = nobodyContext(deps.services, { requestId, now: receivedAt });
  try {
    const found = await verbs['install.describe'](ctx, { token: token.slice(0, 200) });
    return asManifest ? manifest(call, found.usable ? token : null) : describe(call, token, found);
  } catch (error) {
    if (!asManifest || !(error instanceof MargayError) || error.code !== 'NOT_FOUND') throw error;
    // kubectl prints what it gets.
    return { status: 404, type: 'text/plain; charset=utf-8', body: `# ${error.message}\n` };
  }
};

function manifest({ deps }: Call, token: string | null): Answer {
  const { publicUrl: consoleUrl } = deps.services;
  return {
    status: 200,
    type: 'application/yaml; charset=utf-8',
    body: renderInstallManifest({ consoleUrl, token, image: deps.agentImage }),
  };
}

function describe(
  { deps }: Call,
  token: string,
  found: { clusterName: string; usable: boolean; state: string; expiresAt: Date },
): Answer {
  const manifestUrl = `${deps.services.publicUrl}/install/${token}.yaml`;
  return json({ ...found, manifestUrl, kubectl: `kubectl apply -f "${manifestUrl}"`, agentImage: deps.agentImage });
}
