import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectConsole } from './console-client.ts';
import { wireRefusalOf } from './wire-refusal.ts';

const servers: Server[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
const answering = (text: string, status = 200, headers: Record<string, string> = {}) =>
  createServer((_, response) => response.writeHead(status, headers).end(text));
const post = (origin: string) =>
  connectConsole(origin).post({ path: '/x', bearer: 'b', contentType: 'application/json', body: '{}' });

describe('connectConsole', () => {
  it('goes through the proxy that the environment names', async () => {
    const port = await serve(answering('{"ok":true}'));
    const seen: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      seen.push(request.url ?? '');
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
    });
    proxy.on('request', (request, response) => {
      seen.push(new URL(request.url ?? '').host);
      response.end('{"ok":true}');
    });
    vi.stubEnv('http_proxy', `http://127.0.0.1:${await serve(proxy)}`);
    vi.stubEnv('no_proxy', '');
    expect((await post('http://console.test:3000')).json).toEqual({ ok: true });
    expect(seen).toEqual(['console.test:3000']);
  });

  it('takes no redirect: it would carry the credential elsewhere', async () => {
    const port = await serve(answering('', 302, { location: 'http://127.0.0.1:9/' }));
    await expect(post(`http://127.0.0.1:${port}`)).rejects.toThrow(/does not answer/);
  });

  it.each([
    ['is no JSON', '<html>', /no Margay console/],
    ['is too large', `"${'x'.repeat(5 << 20)}"`, /exceeds/],
  ])('refuses an answer that %s', async (_, text, message) => {
    const port = await serve(answering(text));
    await expect(post(`http://127.0.0.1:${port}`)).rejects.toThrow(message);
  });

  it('says why nothing answers', async () => {
    await expect(post('http://127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED|bad port/);
  });
});

describe('wireRefusalOf', () => {
  const body = (retryable: boolean, code = 'X') => JSON.stringify({ code, message: 'm', retryable });
  it.each([
    ['the console’s word: for good', 400, body(false), null, false, null],
    ['the console’s word: later', 503, body(true), '7', true, 7_000],
    ['a refused credential keeps the message', 401, body(false), null, true, null],
    ['another version keeps the message', 400, body(false, 'WIRE_VERSION'), null, true, null],
    ['a proxy’s page with a status that may pass', 502, '<html>', null, true, null],
    ['a proxy’s page with one that will not', 413, '<html>', null, false, null],
    ['a date', 429, body(true), new Date(60_000).toUTCString(), true, 10_000],
    ['an absurd wish', 429, body(true), '999999', true, 300_000],
    ['nonsense', 429, body(true), 'soon', true, null],
  ])('%s', (_, status, text, retryAfter, retryable, retryAfterMs) => {
    expect(wireRefusalOf(status, text, retryAfter, 50_000)).toMatchObject({ status, retryable, retryAfterMs });
  });
});
