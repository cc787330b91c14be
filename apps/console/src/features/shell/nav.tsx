'use client';
import { may } from '@margay/model';
import { Ago, Glyph, Icon, type IconName, Mark, Menu, MenuLabel, MenuLink, MenuRule } from '@margay/ui';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { paths } from './paths.ts';
import { useShell } from './shell-context.tsx';
import { UserMenu } from './user-menu.tsx';

/** The way around: only pages that exist. `onGo` closes the drawer on a narrow screen. */
export function Nav({ onGo, onKeys }: { onGo?: () => void; onKeys: () => void }) {
  const { org, clusterId, role, openPalette } = useShell();
  const link = (href: string, icon: IconName, text: string) => (
    <NavLink key={href} href={href} icon={icon} text={text} onGo={onGo} />
  );
  return (
    <nav className="nav" aria-label="Main">
      <OrgPicker />
      <button type="button" className="nav-find" onClick={openPalette}>
        <Icon name="search" small />
        <span className="nav-text">Search or run</span>
        <span className="kbd" aria-hidden="true">
          Ctrl K
        </span>
      </button>
      {clusterId ? (
        <>
          {link(paths.overview(org.slug, clusterId), 'home', 'Overview')}
          {link(paths.graph(org.slug, clusterId), 'graph', 'Service graph')}
          {link(paths.flows(org.slug, clusterId), 'flows', 'Flows')}
          <div className="label nav-head">Policy</div>
          {link(paths.recommendations(org.slug, clusterId), 'recommendations', 'Recommendations')}
        </>
      ) : null}
      <div className="label nav-head">Organisation</div>
      {link(paths.clusters(org.slug), 'clusters', 'Clusters')}
      {may(role, 'cluster.write') ? link(paths.connect(org.slug), 'plus', 'Connect a cluster') : null}
      {link(paths.members(org.slug), 'members', 'Members')}
      {may(role, 'audit.read') ? link(paths.audit(org.slug), 'audit', 'Audit') : null}
      <div className="nav-foot">
        <AgentHealth clusterId={clusterId} />
        <div className="row">
          <UserMenu />
          <button type="button" className="link third" onClick={onKeys} aria-label="Keyboard shortcuts">
            <kbd>?</kbd>
          </button>
        </div>
      </div>
    </nav>
  );
}

function NavLink({
  href,
  icon,
  text,
  onGo,
}: {
  href: string;
  icon: IconName;
  text: string;
  onGo: (() => void) | undefined;
}) {
  const pathname = usePathname();
  const current = pathname === href || pathname.startsWith(`${href}/`);
  return (
    <Link href={href} className="nav-link" aria-current={current ? 'page' : undefined} title={text} onClick={onGo}>
      <Icon name={icon} />
      <span className="nav-text">{text}</span>
    </Link>
  );
}

function OrgPicker() {
  const { org, orgs } = useShell();
  return (
    <Menu
      trigger={
        <button type="button" className="nav-org" aria-label={`Organisation ${org.name}`}>
          <Mark />
          <span className="cut grow nav-text" title={org.name}>
            {org.name}
          </span>
          <Icon name="down" small className="third" />
        </button>
      }
    >
      <MenuLabel>Organisation</MenuLabel>
      {orgs.map((each) => (
        <MenuLink key={each.id}>
          <Link href={paths.org(each.slug)}>
            <span className="menu-check">{each.id === org.id ? <Icon name="check" small /> : null}</span>
            <span className="cut">{each.name}</span>
            <span className="end">{each.role}</span>
          </Link>
        </MenuLink>
      ))}
      <MenuRule />
      <MenuLink>
        <Link href={paths.newOrg}>
          <Icon name="plus" small />
          New organisation
        </Link>
      </MenuLink>
    </Menu>
  );
}

function AgentHealth({ clusterId }: { clusterId: string | undefined }) {
  const cluster = useShell().clusters.find((each) => each.id === clusterId);
  if (!cluster) return null;
  const { alive, total } = cluster.agents;
  const tone = cluster.state === 'connected' && alive === total ? 'allowed' : 'pending';
  return (
    <div className="row small" title={`${cluster.name}: ${cluster.state}`}>
      <span className={`sign tone-${total === 0 ? 'none' : tone}`}>
        <Glyph tone={total === 0 ? 'none' : tone === 'allowed' ? 'allowed' : 'pending'} />
      </span>
      <span className="second cut">
        {total === 0 ? 'No agent yet' : `${alive} of ${total} agents`}
        {cluster.lastSeenAt ? (
          <>
            , <Ago ms={cluster.lastSeenAt.getTime()} />
          </>
        ) : null}
      </span>
    </div>
  );
}
