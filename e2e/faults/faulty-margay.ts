import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateInstallTokenOutput } from '@margay/services/inputs';
import { ScriptedAgent } from '@margay/testkit';
import { anyPort } from '../../infra/start/ports.ts';
import { ConsoleUser } from '../cluster/console-user.ts';
import { type RunningMargay, startMargay } from '../margay.ts';
import { LimitedDisk, noLimitedDisk, ownFolder, removeLeftovers } from './limited-disk.ts';
import { StoredFlows } from './stored.ts';

const DISK_BYTES = 1 << 30;

export interface EnrolledCluster {
  readonly clusterId: string;
  readonly bearer: string;
  /** As the Secret is mounted: files `id` and `secret`. */
  readonly credentialDirectory: string;
}

/** A whole Margay on data of its own, its database on a disk that can be made full, and a person who signed up. */
export class FaultyMargay {
  readonly url: string;
  readonly folder: string;
  readonly home: string;
  readonly disk: LimitedDisk | null;
  readonly stored: StoredFlows;
  #margay: RunningMargay | null = null;
  #user: ConsoleUser | null = null;

  private constructor(folder: string, url: string, disk: LimitedDisk | null) {
    this.folder = folder;
    this.home = join(folder, 'home');
    this.url = url;
    this.disk = disk;
    this.stored = new StoredFlows(this.home);
  }

  static async start(): Promise<FaultyMargay> {
    await removeLeftovers();
    const folder = await ownFolder('margay');
    const disk = noLimitedDisk ? null : await LimitedDisk.mount(join(folder, 'home/postgres'), DISK_BYTES);
    const margay = new FaultyMargay(folder, `http://127.0.0.1:${await anyPort()}`, disk);
    await margay.run({});
    const tag = randomBytes(3).toString('hex');
    margay.#user = await ConsoleUser.signUp(margay.url, { email: `ines-${tag}@halden.example`, org: `halden-${tag}` });
    return margay;
  }

  get user(): ConsoleUser {
    if (!this.#user) throw new Error('nobody has signed up');
    return this.#user;
  }

  /** Starts it, or stops it as Ctrl-C does and starts it again, with those variables. */
  async run(environment: Record<string, string>): Promise<void> {
    await this.#margay?.interrupt();
    this.#margay = await startMargay({
      home: this.home,
      environment: { ...environment, PORT: new URL(this.url).port },
    });
  }

  /** What it printed since its last start. */
  output(): string {
    return this.#margay?.output() ?? '';
  }

  /** A new cluster, enrolled by its install token. */
  async enrol(name: string): Promise<EnrolledCluster> {
    const { id: clusterId } = await this.user.mutate<{ id: string }>('cluster.create', { name });
    const { token } = await this.user.mutate<CreateInstallTokenOutput>('cluster.createInstallToken', { clusterId });
    const agent = new ScriptedAgent(this.url, token);
    const { credential } = await agent.enroll();
    const credentialDirectory = join(this.folder, `credential-${name}`);
    await mkdir(credentialDirectory, { mode: 0o700 });
    for (const file of ['id', 'secret'] as const)
      await writeFile(join(credentialDirectory, file), credential[file], { mode: 0o600 });
    return { clusterId, bearer: agent.bearer, credentialDirectory };
  }

  async close(): Promise<void> {
    await this.#margay?.interrupt();
    this.disk?.unmount();
    await rm(this.folder, { recursive: true, force: true });
  }
}
