// The built-in Kubernetes API as a process: it listens inside the node's network namespace and on a unix socket for the lab.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { z } from 'zod';
import { writeOwnObjects } from './own-objects.ts';
import { createApi } from './server.ts';

const Configuration = z.object({
  certificateFile: z.string(),
  keyFile: z.string(),
  adminToken: z.string().min(16),
  address: z.string(),
  port: z.number().int(),
  socket: z.string().optional(),
  serviceAddress: z.string(),
  ranges: z.object({ ipv4Prefix: z.string(), ipv6Prefix: z.string() }),
  version: z.string(),
});

const configuration = Configuration.parse(JSON.parse(process.env.LAB_KUBE_API ?? '{}'));
const { address, port, serviceAddress } = configuration;
const api = createApi(configuration);
writeOwnObjects(api.objects, { serviceAddress, nodeAddress: address, port });

const tls = { cert: readFileSync(configuration.certificateFile), key: readFileSync(configuration.keyFile) };
const { socket } = configuration;
for (const where of [{ host: address, port }, ...(socket ? [{ path: socket }] : [])]) {
  // Watches stay silent for long; only the client ends them.
  const server = createServer({ ...tls, requestTimeout: 0, keepAliveTimeout: 60_000 }, api.handle);
  server.listen(where);
  await new Promise((resolve) => server.once('listening', resolve));
}
console.log('ready');
