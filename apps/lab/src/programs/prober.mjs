// Four questions, asked every few seconds and shown on one page: internet, cluster DNS, external DNS, Kubernetes API.
import dns from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { call, config, interval, lookup, ready, record } from './runtime.mjs';

const external = new dns.Resolver({ timeout: 2_000, tries: 1 });
external.setServers([config.externalDns.server]);

async function askApi() {
  const host = await lookup(config.api.host);
  const directory = process.env.LAB_SERVICE_ACCOUNT_DIR;
  return await new Promise((resolve, reject) => {
    const request = https.get(
      {
        host,
        port: config.api.port,
        path: '/version',
        servername: 'kubernetes.default.svc',
        ca: directory ? readFileSync(join(directory, 'ca.crt')) : undefined,
        agent: false,
        timeout: 3_000,
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(`HTTP ${response.statusCode}`));
      },
    );
    request.on('socket', (socket) => socket.once('connect', () => record('connect', 'TCP', socket)));
    request.on('timeout', () => request.destroy(new Error('no answer in 3 s')));
    request.on('error', reject);
  });
}

async function askExternalDns() {
  const addresses = await external.resolve4(config.externalDns.name);
  record('query', 'UDP', { remoteAddress: config.externalDns.server, remotePort: 53 });
  return addresses.join(', ');
}

const CARDS = [
  { title: 'Internet', ask: async () => `HTTP ${(await call(config.internet)).status}` },
  { title: 'Cluster DNS', ask: () => lookup(config.clusterDns.name) },
  { title: 'External DNS', ask: askExternalDns },
  { title: 'Kubernetes API', ask: askApi },
];

async function ask(card) {
  const started = performance.now();
  try {
    card.answer = await card.ask();
    card.works = true;
  } catch (error) {
    card.answer = error.message;
    card.works = false;
  }
  card.tookMs = Math.round(performance.now() - started);
}

const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page() {
  const cards = CARDS.map(
    ({ title, works, answer, tookMs }) =>
      `<section class="${works ? 'works' : 'fails'}"><h2>${title}</h2><p>${works ? 'reachable' : 'not reachable'}</p><small>${escapeHtml(answer ?? 'not asked yet')} · ${tookMs ?? 0} ms</small></section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Prober</title>
<style>body{font:16px system-ui;margin:2rem;display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(220px,1fr))}section{border:1px solid;border-radius:8px;padding:1rem}.works{border-color:#2a7}.fails{border-color:#c43}h2{margin:0;font-size:1rem}</style>
${cards.join('\n')}</html>`;
}

const server = http.createServer((request, response) => {
  if (request.url === '/cards.json') {
    response.setHeader('content-type', 'application/json');
    return response.end(
      JSON.stringify(
        CARDS.map(({ title, works, answer }) => ({ title, works: works ?? null, answer: answer ?? null })),
      ),
    );
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page());
});
server.on('connection', (socket) => record('accept', 'TCP', socket));
await new Promise((resolve) => server.listen(config.port, '::', resolve));
ready();
for (;;) {
  await Promise.all(CARDS.map(ask));
  await interval(config.everyMs);
}
