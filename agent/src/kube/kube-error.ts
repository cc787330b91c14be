import { z } from 'zod';

/** `metav1.Status`, what the API answers to a refused request and sends as an ERROR event of a watch. */
const Status = z.object({ code: z.number().optional(), reason: z.string().optional(), message: z.string().optional() });

/** A refusal by the Kubernetes API. `status` is HTTP's, `reason` is Kubernetes' own word (`Forbidden`, `Expired`, `Conflict`). */
export class KubeError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(what: string, status: number, reason: string, message: string) {
    super(`${what}: ${status}${message ? ` ${message.slice(0, 1_000)}` : ''}`);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
  }
}

/** From an answer's status line and body, whatever the body is. */
export function kubeErrorOf(what: string, status: number, body: string): KubeError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = { message: body };
  }
  return kubeErrorOfStatus(what, parsed, status);
}

/** From a `Status` object; `status` stands in where it names no code. */
export function kubeErrorOfStatus(what: string, object: unknown, status = 500): KubeError {
  const parsed = Status.safeParse(object);
  const s = parsed.success ? parsed.data : {};
  return new KubeError(what, s.code ?? status, s.reason ?? '', s.message ?? '');
}
