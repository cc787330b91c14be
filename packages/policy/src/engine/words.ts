import { protocolName } from '@margay/model';
import { type AddressRange, formatRange } from '../address/address-range.ts';
import type { End, Packet } from '../model/packet.ts';
import type { PortMatch, Rule, Side } from '../model/policy.ts';
import { compileSelector } from '../selector/compile-selector.ts';
import { IMPLIED, IS_POD, mapLabels } from '../selector/prefix-labels.ts';
import { printSelector } from '../selector/print-selector.ts';
import type { LabelLookup, SelectorNode } from '../selector/selector.ts';

/** `TCP 8080`, `UDP 53,100-200,dns`, `ICMP type 8`, `any port`: what a rule wants at the destination, or a packet has. */
export function describePort(of: Rule | Packet): string {
  if ('dst' in of) return describePacketPort(of);
  const { protocol, notProtocol, icmp, destination } = of;
  const words: string[] = [];
  if (protocol !== null) words.push(protocolName(protocol));
  if (notProtocol !== null) words.push(`not ${protocolName(notProtocol)}`);
  if (icmp !== null) words.push(`type ${icmp.type}${icmp.code === null ? '' : ` code ${icmp.code}`}`);
  const ports = describeSidePorts(destination);
  if (ports !== '') words.push(ports);
  return words.length === 0 ? 'any port' : words.join(' ');
}

function describePacketPort({ protocol, dstPort, icmp }: Packet): string {
  const name = protocolName(protocol);
  if (icmp !== null) return `${name} type ${icmp.type} code ${icmp.code}`;
  return dstPort === null ? name : `${name} ${dstPort}`;
}

/** The ports that a side lists; empty where it lists none. */
export function describeSidePorts({ ports, notPorts }: Side): string {
  const words = ports === null ? [] : [listPorts(ports)];
  if (notPorts !== null) words.push(`not ${listPorts(notPorts)}`);
  return words.join(' but ');
}

const listPorts = ({ ranges, names }: PortMatch) =>
  [...ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)), ...names].join(',');

/** Whom a side wants; of a selector only the conditions that the end does not meet, in a reader's words for Calico's implied labels. */
export function describePeer(side: Side, end: End): string {
  const words: string[] = [];
  if (side.selector !== null) words.push(...unmet(side.selector.node, end).map(wordNode));
  if (side.notSelector !== null) words.push(`not ${side.notSelector.text}`);
  if (side.nets !== null) words.push(`in ${listRanges(side.nets)}`);
  if (side.notNets.length > 0) words.push(`not in ${listRanges(side.notNets)}`);
  if (side.service !== null) words.push(`behind Service ${side.service.namespace}/${side.service.name}`);
  if (side.nodes !== null) words.push(`a node with ${side.nodes.text}`);
  return words.join(', ') || 'anybody';
}

/** How many conditions of a side's selector an end does not meet. */
export function countUnmet({ selector }: Side, end: End): number {
  return selector === null ? 0 : unmet(selector.node, end).length;
}

/** What an end has instead: its name, and the labels that the side asks for. */
export function describeEnd(side: Side, end: End): string {
  const labels = end.pod?.labels;
  const name = end.pod === null ? listRanges(end.ranges) || 'outside' : `${end.pod.namespace}/${end.pod.name}`;
  if (labels === undefined || side.selector === null) return name;
  const asked = new Set(unmet(side.selector.node, end).flatMap(labelsOf));
  return [name, ...[...asked].map((label) => showLabel(labels, label))].join(', ');
}

function showLabel(labels: LabelLookup, label: string): string {
  const value = labels.get(label);
  return value === undefined ? `no ${wordLabel(label)}` : `${wordLabel(label)}=${value}`;
}

/** `namespace env == "prod"` for `pcns.env == "prod"`; `a pod` for what only pods have. */
function wordNode(node: SelectorNode): string {
  if (node.op === IS_POD.op && node.label === IMPLIED.orchestrator) return 'a pod';
  return printSelector(mapLabels(node, wordLabel));
}

function wordLabel(label: string): string {
  if (label === IMPLIED.namespace) return 'namespace';
  if (label === IMPLIED.serviceAccount) return 'service account';
  if (label.startsWith(IMPLIED.namespacePrefix)) return `namespace ${label.slice(IMPLIED.namespacePrefix.length)}`;
  if (!label.startsWith(IMPLIED.serviceAccountPrefix)) return label;
  return `service account ${label.slice(IMPLIED.serviceAccountPrefix.length)}`;
}

/** The operands of a conjunction that no member at the end meets; the whole where it is none. */
function unmet(node: SelectorNode, { members }: End): SelectorNode[] {
  const operands = conjuncts(node);
  const failing = operands.filter((operand) => {
    const selector = compileSelector(operand);
    return !members.some(({ labels }) => selector.matches(labels));
  });
  return failing.length > 0 ? failing : [node];
}

const conjuncts = (node: SelectorNode): SelectorNode[] =>
  node.op === 'and' ? node.operands.flatMap(conjuncts) : [node];

function labelsOf(node: SelectorNode): string[] {
  if ('label' in node) return [node.label];
  if ('operand' in node) return labelsOf(node.operand);
  return 'operands' in node ? node.operands.flatMap(labelsOf) : [];
}

const SHOWN_MAX = 4;

function listRanges(ranges: readonly AddressRange[]): string {
  const shown = ranges.slice(0, SHOWN_MAX).map(formatRange);
  return ranges.length > SHOWN_MAX ? `${shown.join(', ')} and ${ranges.length - SHOWN_MAX} more` : shown.join(', ');
}
