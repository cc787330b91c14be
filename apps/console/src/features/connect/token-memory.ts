import type { CreateInstallTokenOutput } from '@margay/services/inputs';

/** Tokens are shown once: kept for as long as the page lives, written nowhere. */
const made = new Map<string, CreateInstallTokenOutput>();

export function rememberToken(clusterId: string, token: CreateInstallTokenOutput): void {
  made.set(clusterId, token);
}

export function rememberedToken(clusterId: string): CreateInstallTokenOutput | undefined {
  return made.get(clusterId);
}
