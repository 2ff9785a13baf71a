import Activity from '@lucide/svelte/icons/activity';
import Boxes from '@lucide/svelte/icons/boxes';
import Building2 from '@lucide/svelte/icons/building-2';
import CodeXml from '@lucide/svelte/icons/code-xml';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import KeyRound from '@lucide/svelte/icons/key-round';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Logs from '@lucide/svelte/icons/logs';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Server from '@lucide/svelte/icons/server';
import Store from '@lucide/svelte/icons/store';
import Tags from '@lucide/svelte/icons/tags';
import Users from '@lucide/svelte/icons/users';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Role } from './generated/graphql.ts';

/** Who has tenants of their own, or acts for those who have. Who looks after the money of all of them has none. */
const OF_TENANTS: readonly Role[] = ['ADMIN', 'MAINTAINER', 'TENANT_ADMIN', 'TENANT_VIEWER'];

/**
 * One line a page, in groups. `needs` is an action of the server's policy: who lacks it does not see the page, nor who
 * has none of the `roles`, where they are named. `key` goes there after `g`.
 */
export const NAV = [
  {
    label: 'Watch',
    pages: [
      { href: '/', label: 'Overview', icon: LayoutDashboard, needs: 'usage.read', key: 'o' },
      { href: '/requests', label: 'Requests', icon: Logs, needs: 'requestLog.read', key: 'r' },
      {
        href: '/my-tenant',
        label: 'My tenant',
        icon: Store,
        needs: 'usage.read',
        roles: OF_TENANTS,
        key: 'y',
      },
    ],
  },
  {
    label: 'Serve',
    pages: [
      { href: '/providers', label: 'Providers', icon: Server, needs: 'provider.read', key: 'p' },
      { href: '/models', label: 'Models', icon: Boxes, needs: 'model.read', key: 'm' },
      { href: '/routing', label: 'Routing', icon: Waypoints, needs: 'ruleSet.read', key: 'u' },
      { href: '/categories', label: 'Categories', icon: Tags, needs: 'category.write', key: 'c' },
      { href: '/playground', label: 'Playground', icon: MessagesSquare, needs: 'key.write', key: 'l' },
    ],
  },
  {
    label: 'Govern',
    pages: [
      { href: '/tenants', label: 'Tenants', icon: Building2, needs: 'tenant.list', key: 't' },
      { href: '/users', label: 'Users', icon: Users, needs: 'user.read', key: 's' },
      { href: '/directory', label: 'Directory', icon: FolderTree, needs: 'ldap.read', key: 'd' },
      { href: '/audit', label: 'Audit log', icon: ScrollText, needs: 'audit.read', key: 'a' },
      { href: '/system', label: 'System', icon: Activity, needs: 'system.read', key: 'i' },
    ],
  },
  {
    label: 'Integrate',
    pages: [
      { href: '/explorer', label: 'API', icon: CodeXml, needs: 'session.read', key: 'e' },
      { href: '/tokens', label: 'Access tokens', icon: KeyRound, needs: 'accessToken.own', key: 'k' },
    ],
  },
] as const;

export type NavPage = (typeof NAV)[number]['pages'][number];

export interface NavGroup {
  readonly label: string;
  readonly pages: readonly NavPage[];
}

/** The groups with the pages that are for this role. */
export function pagesFor(may: ReadonlySet<string>, role: Role): readonly NavGroup[] {
  return NAV.map(({ label, pages }) => ({
    label,
    pages: pages.filter((page) => may.has(page.needs) && (!('roles' in page) || page.roles.includes(role))),
  })).filter(({ pages }) => pages.length > 0);
}

export function isCurrent(href: string, pathname: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
