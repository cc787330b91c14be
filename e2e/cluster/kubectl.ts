import { runProgram } from './shell.ts';

export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec: Record<string, unknown>;
  readonly status: Record<string, unknown>;
}

/** The real kubectl on one cluster, by a file that it is told, never by its own idea of which. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;

  constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  /** @returns what it printed. @throws Error with its words when it fails. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
    return stdout;
  }

  attempt(args: readonly string[], input?: string) {
    const all = [`--kubeconfig=${this.#kubeconfig}`, ...args];
    return runProgram(this.#program, all, input === undefined ? {} : { input });
  }

  async apply(objects: readonly object[]): Promise<void> {
    await this.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  async list(resource: string, namespace?: string): Promise<KubeObject[]> {
    const where = namespace === undefined ? ['--all-namespaces'] : ['-n', namespace];
    return (JSON.parse(await this.run(['get', resource, ...where, '-o', 'json'])) as { items: KubeObject[] }).items;
  }

  /** Waits until what `objects` hold of Deployments, StatefulSets and DaemonSets runs. */
  async ready(objects: readonly object[]): Promise<void> {
    const workloads = (objects as KubeObject[]).filter(({ kind }) => /^(Deployment|StatefulSet|DaemonSet)$/.test(kind));
    await Promise.all(
      workloads.map(({ kind, metadata: { name, namespace = 'default' } }) =>
        this.run(['-n', namespace, 'rollout', 'status', `${kind}/${name}`, '--timeout=90s']),
      ),
    );
  }

  async describeTarget(): Promise<{ context: string; server: string }> {
    const view = JSON.parse(await this.run(['config', 'view', '--minify', '-o', 'json'])) as {
      'current-context': string;
      clusters: { cluster: { server: string } }[];
    };
    return { context: view['current-context'], server: view.clusters[0]?.cluster.server ?? '' };
  }
}
