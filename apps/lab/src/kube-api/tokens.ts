import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

interface Claims {
  readonly sub: string;
  readonly exp: number;
  readonly iat: number;
  readonly aud: readonly string[];
}

/** Bearer tokens: one of the administrator, and service account tokens (JWT, HS256) that expire. */
export class Tokens {
  readonly #key = randomBytes(32);
  readonly #adminToken: string;

  constructor(adminToken: string) {
    this.#adminToken = adminToken;
  }

  issue(
    namespace: string,
    serviceAccount: string,
    lifetimeSeconds: number,
    nowMs = Date.now(),
  ): { token: string; expiresAt: Date } {
    const iat = Math.floor(nowMs / 1000);
    const exp = iat + lifetimeSeconds;
    const claims: Claims = {
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
      iat,
      exp,
      aud: ['margay-lab'],
    };
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return { token: `${body}.${this.#sign(body)}`, expiresAt: new Date(exp * 1000) };
  }

  /** Undefined: not one of ours, or expired. */
  userOf(token: string, nowMs = Date.now()): User | undefined {
    if (sameText(token, this.#adminToken))
      return { name: 'margay-lab', groups: ['system:masters', 'system:authenticated'] };
    const at = token.lastIndexOf('.');
    const body = token.slice(0, at);
    if (at < 0 || !sameText(token.slice(at + 1), this.#sign(body))) return undefined;
    const claims = JSON.parse(Buffer.from(body.slice(body.indexOf('.') + 1), 'base64url').toString()) as Claims;
    if (claims.exp * 1000 <= nowMs) return undefined;
    const namespace = claims.sub.split(':')[2];
    return {
      name: claims.sub,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    };
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
