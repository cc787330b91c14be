import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterState } from '../kube/cluster.ts';
import { isRecord, valueAt } from '../kube/objects.ts';
import type { Container, Pod, Volume } from '../kube/types.ts';
import type { StateFiles } from '../machine/files.ts';
import { type Mounts, NotYet } from './environment.ts';

/** The volumes of one pod as folders: Secrets and ConfigMaps as files kept in step, empty folders below the lab's state, host paths on the node's disk. Sockets and devices of the machine stay themselves. */
export class PodVolumes {
  readonly #state: ClusterState;
  readonly #files: StateFiles;
  readonly #pod: Pod;

  constructor(state: ClusterState, files: StateFiles, pod: Pod) {
    this.#state = state;
    this.#files = files;
    this.#pod = pod;
  }

  /** Writes what is there now. @throws NotYet when a volume that is not optional is missing */
  materialise(): void {
    for (const volume of this.#pod.spec.volumes ?? []) {
      const content = this.#contentOf(volume);
      if (content) this.#write(volume.name, content);
      else if (!volume.hostPath) this.#files.makeDirectory(...this.#folder(volume.name));
    }
  }

  mountsOf(container: Container): Mounts {
    const entries = (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
      const volume = this.#pod.spec.volumes?.find((candidate) => candidate.name === name);
      const here = volume ? this.#pathOf(volume) : undefined;
      return here === undefined ? [] : [[mountPath.replace(/\/$/, ''), subPath ? join(here, subPath) : here] as const];
    });
    // Longest first, so that a mount below another wins.
    return new Map(entries.sort(([a], [b]) => b.length - a.length));
  }

  remove(): void {
    rmSync(this.#files.path('pods', this.#pod.metadata.uid ?? ''), { recursive: true, force: true });
  }

  #pathOf(volume: Volume): string | undefined {
    const path = volume.hostPath?.path;
    if (path === undefined) return this.#files.path(...this.#folder(volume.name));
    // The node's kernel is the machine's; its data folders are not.
    if (/^\/(sys|proc|dev|lib|usr)(\/|$)/.test(path)) return undefined;
    return this.#files.makeNodeDirectory('host', path);
  }

  #contentOf(volume: Volume): Record<string, Buffer> | undefined {
    const { namespace } = this.#pod.metadata;
    const source = volume.secret ?? volume.configMap;
    if (!source) return undefined;
    const name = volume.secret?.secretName ?? volume.configMap?.name ?? '';
    const informer = volume.secret ? this.#state.secrets : this.#state.configMaps;
    const object = informer.get(`${namespace}/${name}`);
    if (!object) {
      if (source.optional) return {};
      throw new NotYet(
        'ContainerCreating',
        `MountVolume.SetUp failed for volume "${volume.name}": "${name}" not found`,
      );
    }
    const data = valueAt(object, 'data');
    const encoding = volume.secret ? 'base64' : 'utf8';
    const all = Object.entries(isRecord(data) ? data : {});
    const items = volume.secret?.items;
    const chosen = items
      ? items.flatMap((item) => all.filter(([key]) => key === item.key).map(([, value]) => [item.path, value] as const))
      : all;
    return Object.fromEntries(chosen.map(([key, value]) => [key, Buffer.from(String(value), encoding)]));
  }

  #write(volume: string, content: Readonly<Record<string, Buffer>>): void {
    const folder = this.#folder(volume);
    const path = this.#files.makeDirectory(...folder);
    for (const name of readdirSync(path))
      if (content[name] === undefined) rmSync(join(path, name), { recursive: true, force: true });
    for (const [name, bytes] of Object.entries(content)) this.#files.write([...folder, name], bytes, 0o600);
  }

  #folder(volume: string): [string, string, string, string] {
    return ['pods', this.#pod.metadata.uid ?? '', 'volumes', volume];
  }
}
