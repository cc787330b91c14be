import { describe } from 'vitest';
import { accessSuite } from './kube-api/access.ts';
import { createApiWorld } from './kube-api/api-world.ts';
import { clientsSuite } from './kube-api/clients.ts';
import { objectsSuite } from './kube-api/create-and-list.ts';
import { deletionsSuite } from './kube-api/delete.ts';
import { kindsSuite } from './kube-api/kinds.ts';
import { changesSuite } from './kube-api/update-and-patch.ts';
import { watchSuite } from './kube-api/watch.ts';

const assets = process.env.KUBEBUILDER_ASSETS || undefined;
if (!assets) console.log('The real kube-apiserver is not compared: KUBEBUILDER_ASSETS is not set.');

// One suite, run on both servers: what holds for one must hold for the other.
const SERVERS = [
  { name: 'built-in', assets: undefined, skip: false },
  { name: 'kube-apiserver (KUBEBUILDER_ASSETS)', assets, skip: !assets },
];
describe.each(SERVERS)('Kubernetes API: $name', { timeout: 60_000 }, (server) => {
  describe.skipIf(server.skip)('semantics', () => {
    const world = createApiWorld(server.assets);
    objectsSuite(world);
    changesSuite(world);
    deletionsSuite(world);
    watchSuite(world);
    kindsSuite(world);
    accessSuite(world);
    clientsSuite(world);
  });
});
