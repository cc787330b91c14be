import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { load as parseYaml } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { edgeFixture } from './edge-fixture.ts';
import { BUILD_MS, buildMargay, folderOf, type Ran } from './run-margay.ts';
import { DB_POLICY, SHOP } from './shop.ts';

let margay: (args: readonly string[], stdin?: string, nodeOptions?: string) => Ran;
const before = folderOf({ 'shop.yaml': SHOP });
const after = folderOf({ 'shop.yaml': SHOP, 'policy.yaml': DB_POLICY });
const WEB = 'shop/web[Deployment]';
const DB = 'shop/db[StatefulSet]';
const EVERYONE = '0.0.0.0-255.255.255.255[External]';

beforeAll(async () => {
  margay = await buildMargay();
}, BUILD_MS);

describe('a command line', () => {
  it.each([
    [['--help'], 0, 'connectivity DIR'],
    [['connectivity', '--help'], 0, 'status.podIPs'],
    [['help', 'diff'], 0, 'DIR1 DIR2'],
    [['help'], 0, 'replay DIR --with DIR2 --flows FILE'],
    [['--version'], 0, 'margay 0.'],
  ])('%j helps', (args, code, text) => {
    const ran = margay(args);
    expect(ran.code).toBe(code);
    expect(ran.out).toContain(text);
  });

  it.each([
    [[], 'connectivity DIR'],
    [['connect'], 'there is no command connect'],
    [['connectivity', before, '-o', 'json', '--output=txt'], '--output is given twice'],
    [['help', 'connect'], 'there is no command connect'],
    [['explain', before, '--from', 'shop/web', '--to', 'shop/db', '--port', 'tcp'], '--port tcp lacks the port'],
    [['evaluate', before, '--probes', before], 'is a folder'],
    [['connectivity'], 'takes DIR'],
    [['connectivity', 'a', 'b'], 'takes DIR'],
    [['connectivity', '/nowhere/at/all'], '/nowhere/at/all does not exist'],
    [['connectivity', before, '-o', 'png'], '-o png is not among txt, json'],
    [['connectivity', before, '--loud'], '--loud'],
    [['connectivity', before, '--host-network', 'x'], 'neither nodes nor pods'],
    [['evaluate', before], '--probes is missing'],
    [['diff', '-', '-'], 'stdin holds one thing'],
    [['explain', before, '--from', 'shop/web', '--to', 'shop/db', '--port', 'tcp/x'], '--port tcp/x'],
    [['explain', before, '--from', 'shop/nobody', '--to', 'shop/db', '--port', 'tcp/1'], 'there is no shop/nobody'],
  ])('%j is refused', (args, message) => {
    const ran = margay(args);
    expect(ran.code).toBe(2);
    expect(ran.out + ran.err).toContain(message);
    if (args.length > 0) expect(ran.out).toBe('');
  });
});

describe('the bundle', () => {
  /** What newer Node has and Node 20 has not. */
  const newer = [
    ...['Map.groupBy', 'Object.groupBy', 'Array.fromAsync', 'Promise.withResolvers', 'Promise.try', 'RegExp.escape'],
    ...['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf'].map(
      (name) => `Set.prototype.${name}`,
    ),
    ...['map', 'filter', 'flatMap', 'take', 'drop', 'reduce', 'toArray', 'forEach', 'some', 'every', 'find'].map(
      (name) => `Iterator.prototype.${name}`,
    ),
  ];
  const node20 = `--import=data:text/javascript,${newer
    .map((name) => `delete ${name};`)
    .join('')
    .replaceAll(' ', '%20')}`;
  const flows = folderOf({ 'flows.jsonl': JSON.stringify(edgeFixture) });
  const FLOWS = ['--flows', join(flows, 'flows.jsonl')];

  it.each([
    [['connectivity', after]],
    [['connectivity', after, '-o', 'svg']],
    [['diff', before, after, '-o', 'yaml']],
    [['explain', after, '--from', 'shop/web', '--to', DB, '--port', 'tcp/5432']],
    [['lint', after, '-o', 'json']],
    [['replay', before, '--with', after, ...FLOWS, '-o', 'md']],
    [['recommend', after, ...FLOWS]],
    [['completion', 'fish']],
  ])('runs %j on Node 20', (args) => {
    expect(margay(args, '', node20)).toEqual(margay(args));
  });
});

describe('completion', () => {
  it('completes commands and options in bash', () => {
    const { out } = margay(['completion', 'bash']);
    const complete = (...words: string[]) =>
      spawnSync(
        'bash',
        [
          '-c',
          `${out}\nCOMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}) COMP_CWORD=${words.length - 1}\n_margay; echo "\${COMPREPLY[@]}"`,
        ],
        {
          encoding: 'utf8',
        },
      ).stdout.trim();
    expect(complete('margay', 'con')).toBe('connectivity');
    expect(complete('margay', 'explain', '--f')).toBe('--from');
    expect(complete('margay', 'connectivity', 'x', '-o', 's')).toBe('svg');
    expect(complete('margay', 'comp')).toBe('completion');
    expect(complete('margay', 'completion', 'f')).toBe('fish');
    expect(margay(['completion', 'zsh']).out).toContain('bashcompinit');
    expect(margay(['completion', 'fish']).out).toContain('-l from');
    expect(margay(['completion', 'tcsh']).code).toBe(2);
  });
});

describe('connectivity', () => {
  const rows = [
    { src: EVERYONE, dst: WEB, conn: 'All Connections' },
    { src: DB, dst: EVERYONE, conn: 'All Connections' },
    { src: DB, dst: WEB, conn: 'All Connections' },
    { src: WEB, dst: EVERYONE, conn: 'All Connections' },
    { src: WEB, dst: DB, conn: 'TCP 5432' },
  ];

  it('prints the same rows in every form', () => {
    const print = (form: string) => margay(['connectivity', after, '-o', form]);
    expect(JSON.parse(print('json').out)).toEqual(rows);
    expect(parseYaml(print('yaml').out)).toEqual(rows);
    expect(print('txt').out).toBe(rows.map(({ src, dst, conn }) => `${src} => ${dst} : ${conn}\n`).join(''));
    expect(print('csv').out).toBe(
      `src,dst,conn\n${rows.map(({ src, dst, conn }) => `${src},${dst},${conn}\n`).join('')}`,
    );
    expect(print('md').out.split('\n')[2]).toBe(`| ${EVERYONE} | ${WEB} | All Connections |`);
    expect(print('dot').out).toContain(`"${WEB}" -> "${DB}" [label="TCP 5432"`);
    expect(print('json')).toMatchObject({ code: 0, err: '' });
  });

  it('reads stdin, and an empty answer is an empty list', () => {
    expect(JSON.parse(margay(['connectivity', '-', '-o', 'json'], `${SHOP}---${DB_POLICY}`).out)).toEqual(rows);
    const nothing = margay(
      ['connectivity', '-', '-o', 'json'],
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n',
    );
    expect(nothing).toMatchObject({ code: 0, out: '[]\n' });
  });

  it('lists the rest beside a document that cannot be read, and exits with 2', () => {
    const folder = folderOf({ 'shop.yaml': `${SHOP}---\n{ not: [yaml\n---${DB_POLICY}` });
    const ran = margay(['connectivity', folder, '-o', 'json']);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.out)).toEqual(rows);
    expect(ran.err).toContain(`${join(folder, 'shop.yaml')}, document 3: no YAML`);
  });

  it('refuses an invalid policy, all its problems named; --lenient goes on without it', () => {
    const wrong = DB_POLICY.replace('port: sql', 'port: 70000')
      .replace('Ingress]', 'Inward]')
      .replace('name: db,', 'name: wrong,');
    const folder = folderOf({ 'shop.yaml': SHOP, 'good.yaml': DB_POLICY, 'wrong.yaml': wrong });
    const strict = margay(['connectivity', folder, '-o', 'json']);
    expect(strict).toMatchObject({ code: 2, out: '' });
    expect(strict.err).toContain('wrong.yaml, document 1: NetworkPolicy shop/wrong, spec.ingress[0].ports[0].port');
    expect(strict.err).toContain('spec.policyTypes');
    const lenient = margay(['connectivity', folder, '-o', 'json', '--lenient']);
    expect(lenient.code).toBe(0);
    expect(JSON.parse(lenient.out)).toEqual(rows);
    expect(lenient.err).toContain('shop/wrong');
  });

  it('says what it makes of the host network', () => {
    const host = `${SHOP.replaceAll('spec: { containers', 'spec: { hostNetwork: true, containers')}---${DB_POLICY}`;
    const asPods = margay(['connectivity', '-', '-o', 'json'], host);
    expect(JSON.parse(asPods.out)).toEqual(rows);
    expect(asPods.err).toContain('--host-network nodes');
    const asNodes = margay(['connectivity', '-', '-o', 'json', '--host-network', 'nodes'], host);
    expect(JSON.parse(asNodes.out)).toContainEqual({ src: EVERYONE, dst: DB, conn: 'All Connections' });
    expect(asNodes.err).toBe('');
    const calico = `${host}---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: x}\nspec: {nets: [192.0.2.0/24]}\n`;
    expect(margay(['connectivity', '-', '-o', 'json'], calico)).toEqual(asNodes);
  });
});

describe('diff', () => {
  it('prints the differences and exits with 1, or with 0 where there are none', () => {
    const csv = margay(['diff', before, after, '-o', 'csv']);
    expect(csv).toEqual({
      code: 1,
      err: '',
      out: [
        'diff-type,source,destination,ref1,ref2,workloads-diff-info',
        `changed,${WEB},${DB},All Connections,TCP 5432,`,
        `removed,${EVERYONE},${DB},All Connections,No Connections,`,
        '',
      ].join('\n'),
    });
    expect(margay(['diff', after, after, '-o', 'csv'])).toEqual({
      code: 0,
      err: '',
      out: `${csv.out.split('\n')[0]}\n`,
    });
  });

  it('tells new and lost workloads', () => {
    const job = SHOP.split('---')[1]!.replace('name: db', 'name: batch');
    const ran = margay(['diff', before, '-', '-o', 'json'], `${SHOP}---${job}`);
    expect(ran.code).toBe(1);
    const { newWorkloads, lostWorkloads, connections } = JSON.parse(ran.out);
    expect([newWorkloads, lostWorkloads]).toEqual([['shop/batch[StatefulSet]'], []]);
    expect(connections[0]['workloads-diff-info']).toBe('workload shop/batch[StatefulSet] added');
  });
});

describe('explain', () => {
  const ask = (port: string, ...more: string[]) =>
    margay(['explain', after, '--from', 'shop/web', '--to', DB, '--port', port, ...more]);

  it('says why, exits with 1 for a deny, and names the nearest miss', () => {
    expect(ask('tcp/5432')).toMatchObject({
      code: 0,
      out: expect.stringContaining('rule 0 of KubernetesNetworkPolicy shop/db: allow'),
    });
    const denied = ask('tcp/5433', '-o', 'json');
    expect(denied.code).toBe(1);
    expect(JSON.parse(denied.out)).toMatchObject({
      verdict: 'deny',
      ingress: {
        enforced: { isolatedBy: [{ name: 'db' }], nearestMiss: { differs: 'port', rule: 'spec.ingress[0]' } },
      },
    });
    expect(ask('udp/53').out).toContain('isolated by KubernetesNetworkPolicy shop/db');
    expect(ask('icmp/8/0').code).toBe(1);
    expect(parseYaml(ask('tcp/5433', '-o', 'yaml').out)).toEqual(JSON.parse(denied.out));
    expect(ask('tcp/5433', '-o', 'yaml').out).not.toContain('&ref');
  });
});

describe('evaluate', () => {
  const evaluate = (probes: unknown, folder = after) =>
    margay(['evaluate', folder, '--probes', '-'], JSON.stringify(probes));
  const entry = {
    tier: 'default',
    kind: 'KubernetesNetworkPolicy',
    namespace: 'shop',
    name: 'db',
    rule: 0,
    action: 'allow',
  };

  it('answers both forms of probes in the order asked', () => {
    const ran = evaluate([
      { from: WEB, to: 'shop/db', protocol: 'TCP', port: 5432 },
      { src: { ip: '192.0.2.1' }, dst: { pod: 'shop/db' }, protocol: 6, srcPort: 4000, dstPort: 5432 },
      { from: 'shop/web', to: '192.0.2.1', protocol: 'icmp', icmp: { type: 8 } },
    ]);
    expect(ran.code).toBe(0);
    const profile = { tier: '__PROFILE__', kind: 'Profile', namespace: '', name: 'kns.shop', rule: 0, action: 'allow' };
    const both = (entries: unknown[]) => ({ enforced: entries, pending: entries });
    expect(JSON.parse(ran.out)).toEqual([
      { verdict: 'allow', egress: both([profile]), ingress: both([entry]) },
      { verdict: 'deny', egress: both([]), ingress: both([{ ...entry, rule: -1, action: 'deny' }]) },
      { verdict: 'allow', egress: both([profile]), ingress: both([]) },
    ]);
  });

  it('says so where the pods of a workload are not treated alike', () => {
    const pod = (name: string, app: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: 'shop',
          labels: { app },
          ownerReferences: [{ kind: 'StatefulSet', name: 'mixed', controller: true }],
        },
        spec: { containers: [] },
      });
    const folder = folderOf({
      'a.yaml': [SHOP, DB_POLICY, pod('mixed-0', 'web'), pod('mixed-1', 'other')].join('\n---\n'),
    });
    const probes = [
      { from: 'shop/mixed[StatefulSet]', to: DB, protocol: 'TCP', port: 5432 },
      { from: 'shop/mixed-1', to: DB, protocol: 'TCP', port: 5432 },
    ];
    const [mixed, one] = JSON.parse(evaluate(probes, folder).out);
    expect(mixed.ambiguous).toBe(true);
    expect(one).toMatchObject({ verdict: 'deny' });
    expect(one.ambiguous).toBeUndefined();
    expect(margay(['connectivity', folder]).err).toContain('shop/mixed[StatefulSet]');
  });

  it('names every probe at fault', () => {
    const ran = evaluate([
      { from: 'shop/web', to: 'shop/nobody', port: 1 },
      { from: 'x', to: 'shop/db', port: 1 },
    ]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('probe 0: there is no shop/nobody');
    expect(ran.err).toContain('probe 1: x is neither');
    expect(evaluate([{ from: 'shop/web', to: 'shop/db', port: 70_000 }]).err).toContain('port 70000');
    expect(evaluate({ no: 'list' }).code).toBe(2);
  });
});

describe('lint', () => {
  it('exits with 1 for a warning, with 0 for notes', () => {
    const typo = DB_POLICY.replace('app: web', 'app: wbe');
    const warned = margay(['lint', '-'], `${SHOP}---${typo}`);
    expect(warned.code).toBe(1);
    expect(warned.out).toMatch(
      /^warning: <stdin>, document 3: KubernetesNetworkPolicy shop\/db, spec.ingress\[0\]: nothing matches/,
    );
    expect(margay(['lint', after, '-o', 'json'])).toEqual({ code: 0, err: '', out: '[]\n' });
    const deny = DB_POLICY.slice(0, DB_POLICY.indexOf('  ingress:'));
    expect(margay(['lint', '-'], `${SHOP}---${deny}`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^note: /),
    });
  });
});
