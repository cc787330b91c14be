import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseYaml } from 'yaml';
import type { KubeObject } from '../kube/objects.ts';
import { ApiError } from './api-error.ts';

export interface Answer {
  readonly code: number;
  readonly body: Record<string, unknown> | KubeObject | string;
}

const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

export function sendAnswer(response: ServerResponse, { code, body }: Answer): void {
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  response.writeHead(code, {
    'content-type': isText ? 'text/plain' : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The body as JSON or YAML, by its content type; undefined when there is none. @throws ApiError 400, 413 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT_BYTES}`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  const contentType = String(request.headers['content-type'] ?? '');
  // Official clients come back with JSON then.
  if (contentType.includes('protobuf'))
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    );
  const isYaml = contentType.includes('yaml');
  try {
    return isYaml ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    const [line] = String((error as Error).message).split('\n');
    throw new ApiError(400, 'BadRequest', `the object provided is unrecognized: ${line}`);
  }
}
