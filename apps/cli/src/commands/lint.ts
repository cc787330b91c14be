import { type Finding, lint } from '@margay/policy';
import { BAD_INPUT, type Command, FINDING, FINE } from '../command.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { toYaml } from '../output/to-yaml.ts';
import { writeOut } from '../output/write-out.ts';
import { type TableRow, writeCsv, writeMarkdown } from '../output/write-table.ts';

const COLUMNS = ['severity', 'check', 'file', 'document', 'policy', 'path', 'message'];

export const lintCommand: Command = {
  name: 'lint',
  positionals: ['DIR'],
  summary: 'what authors of policies may not have meant',
  details: `Looks for rules that never decide (shadowed-rule), policies and peers that match nothing (selects-nothing, peer-matches-nothing), directions
isolated without a rule (isolates-without-rules), egress without DNS (dns-forgotten), namespaces that do not exist (namespace-missing), a
Service's port where its pods listen on another (service-port) and staged deletions of nothing (deletes-nothing). Judged by the workloads
among the manifests. Staged policies are looked at as if all of them were enforced, and so is what they would make of the others.
A note is common and may well be meant, such as a default deny. Exit code 1: a warning.`,
  options: { lenient: { type: 'boolean', help: 'go on without policies that are invalid' } },
  formats: ['txt', 'json', 'yaml', 'csv', 'md'],
  run: async ([folder = ''], values) => {
    const { cluster, policies, exitCode } = loadCluster(folder, values);
    const findings = lint(cluster, policies);
    const forms: Readonly<Record<string, () => Iterable<string>>> = {
      txt: () => findings.map(line),
      json: () => [`${JSON.stringify(findings, null, 2)}\n`],
      yaml: () => [toYaml(findings)],
      csv: () => writeCsv(COLUMNS, findings.map(toCells)),
      md: () => writeMarkdown(COLUMNS, findings.map(toCells)),
    };
    await writeOut(forms[String(values.output)]?.() ?? []);
    if (exitCode !== FINE) return BAD_INPUT;
    return findings.some(({ severity }) => severity === 'warning') ? FINDING : FINE;
  },
};

const toCells = (finding: Finding): TableRow => ({ ...finding, document: String(finding.document + 1) });

function line({ severity, check, file, document, policy, path, message }: Finding): string {
  return `${severity}: ${file}, document ${document + 1}: ${policy}${path === '' ? '' : `, ${path}`}: ${message} (${check})\n`;
}
