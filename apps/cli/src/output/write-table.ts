/** Named cells, in the order of the columns. */
export type TableRow = Readonly<Record<string, string>>;

/** A list of rows of the same columns as text, piece by piece. */
export function* writeJson(rows: Iterable<TableRow>): Generator<string> {
  let first = true;
  for (const row of rows) {
    yield `${first ? '[\n' : ',\n'}${indent(JSON.stringify(row, null, 2))}`;
    first = false;
  }
  yield first ? '[]\n' : '\n]\n';
}

const indent = (text: string) => text.replace(/^/gm, '  ');

/** Cells as JSON strings, which YAML reads as they are. */
export function* writeYaml(rows: Iterable<TableRow>): Generator<string> {
  let empty = true;
  for (const row of rows) {
    const fields = Object.entries(row).map(([name, cell]) => `${name}: ${JSON.stringify(cell)}\n`);
    yield `- ${fields.join('  ')}`;
    empty = false;
  }
  if (empty) yield '[]\n';
}

/** RFC 4180, but for the line end, which is a single line feed. */
export function* writeCsv(columns: readonly string[], rows: Iterable<TableRow>): Generator<string> {
  yield `${columns.map(csvCell).join()}\n`;
  for (const row of rows) yield `${columns.map((column) => csvCell(row[column] ?? '')).join()}\n`;
}

const csvCell = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A table of GitHub's Markdown. */
export function* writeMarkdown(columns: readonly string[], rows: Iterable<TableRow>): Generator<string> {
  yield `| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|\n`;
  for (const row of rows) yield `| ${columns.map((column) => markdownCell(row[column] ?? '')).join(' | ')} |\n`;
}

const markdownCell = (cell: string) => cell.replace(/[\\|<]/g, '\\$&').replace(/\r?\n/g, ' ');

/** One edge of a Graphviz picture. */
export interface DotEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Of Graphviz. */
  readonly color: string;
}

/** A Graphviz digraph. Source: graphviz.org, the DOT language. */
export function* writeDot(edges: Iterable<DotEdge>): Generator<string> {
  yield 'digraph {\n  node [shape=box]\n';
  for (const { from, to, label, color } of edges) {
    const look = `label=${dotText(label)} color=${dotText(color)} fontcolor=${dotText(color)}`;
    yield `  ${dotText(from)} -> ${dotText(to)} [${look}]\n`;
  }
  yield '}\n';
}

const dotText = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
