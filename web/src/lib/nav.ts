import Building2 from '@lucide/svelte/icons/building-2';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Logs from '@lucide/svelte/icons/logs';
import Server from '@lucide/svelte/icons/server';

/** One line a page. `needs` is an action of the server's policy: who lacks it does not see the page. */
export const NAV = [
  { href: '/', label: 'Overview', icon: LayoutDashboard, needs: 'usage.read' },
  { href: '/requests', label: 'Requests', icon: Logs, needs: 'requestLog.read' },
  { href: '/providers', label: 'Providers', icon: Server, needs: 'provider.read' },
  { href: '/tenants', label: 'Tenants', icon: Building2, needs: 'tenant.list' },
] as const;

export function isCurrent(href: string, pathname: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
