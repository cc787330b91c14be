'use client';
import { may } from '@margay/model';
import { Dialog, Icon, type IconName } from '@margay/ui';
import { Command } from 'cmdk';
import { usePathname, useRouter } from 'next/navigation';
import { chooseTheme } from '../../client/theme.ts';
import { clusterOf, paths } from './paths.ts';
import { useShell } from './shell-context.tsx';

interface Entry {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** Everything one can go to or do, by name. */
export function Palette({
  open,
  onOpenChange,
  onKeys,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onKeys: () => void;
}) {
  const groups = useEntries(onKeys);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Search or run a command" className="palette">
      <Command label="Search or run a command" loop>
        <Command.Input placeholder="Go to a page or a cluster, or run a command" />
        <Command.List>
          <Command.Empty>
            Nothing has that name. Pages, clusters, organisations and commands are searched.
          </Command.Empty>
          {groups
            .filter(([, entries]) => entries.length > 0)
            .map(([heading, entries]) => (
              <Command.Group key={heading} heading={heading}>
                {entries.map((entry) => (
                  <Command.Item
                    key={entry.id}
                    value={`${entry.text} ${entry.id}`}
                    className="menu-item"
                    onSelect={() => {
                      onOpenChange(false);
                      entry.run();
                    }}
                  >
                    <Icon name={entry.icon} small />
                    <span className="cut">{entry.text}</span>
                    {entry.keys ? <span className="end">{entry.keys}</span> : null}
                  </Command.Item>
                ))}
              </Command.Group>
            ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}

function useEntries(onKeys: () => void): [string, Entry[]][] {
  const { org, orgs, clusters, clusterId, role } = useShell();
  const router = useRouter();
  const here = clusterOf(usePathname());
  const go = (id: string, icon: IconName, text: string, href: string, keys?: string): Entry => ({
    id,
    icon,
    text,
    ...(keys ? { keys } : {}),
    run: () => router.push(href),
  });
  const pages: Entry[] = [
    ...(clusterId
      ? [
          go('overview', 'home', 'Overview', paths.overview(org.slug, clusterId), 'G O'),
          go('graph', 'graph', 'Service graph', paths.graph(org.slug, clusterId), 'G G'),
          go('flows', 'flows', 'Flows', paths.flows(org.slug, clusterId), 'G F'),
          go(
            'recommendations',
            'recommendations',
            'Recommendations',
            paths.recommendations(org.slug, clusterId),
            'G R',
          ),
        ]
      : []),
    go('clusters', 'clusters', 'Clusters', paths.clusters(org.slug)),
    ...(may(role, 'cluster.write') ? [go('connect', 'plus', 'Connect a cluster', paths.connect(org.slug))] : []),
    go('members', 'members', 'Members', paths.members(org.slug)),
    ...(may(role, 'audit.read') ? [go('audit', 'audit', 'Audit', paths.audit(org.slug))] : []),
  ];
  const page = here && here.page !== 'connect' ? here.page : 'graph';
  return [
    ['Pages', pages],
    [
      'Clusters',
      clusters.map((each) => go(`cluster ${each.id}`, 'clusters', each.name, paths[page](org.slug, each.id))),
    ],
    [
      'Organisations',
      orgs
        .filter((each) => each.id !== org.id)
        .map((each) => go(`org ${each.id}`, 'members', each.name, paths.org(each.slug))),
    ],
    [
      'Commands',
      [
        { id: 'light', icon: 'theme', text: 'Light theme', run: () => chooseTheme('light') },
        { id: 'dark', icon: 'moon', text: 'Dark theme', run: () => chooseTheme('dark') },
        { id: 'system', icon: 'theme', text: 'Theme of the system', run: () => chooseTheme('system') },
        { id: 'keys', icon: 'info', text: 'Keyboard shortcuts', keys: '?', run: onKeys },
      ],
    ],
  ];
}
