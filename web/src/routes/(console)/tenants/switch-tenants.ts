import { readTenants, switchTenant } from '#lib/actions/tenants.ts';
import { counted } from '#lib/format/count.ts';
import type { BulkAct } from '#lib/list/bulk.svelte.ts';
import type { TenantLine } from './tenant-list.ts';

/** Switches many on or off; those that are so already are left out. */
export function switching(lines: readonly TenantLine[], active: boolean): BulkAct {
  return {
    title: `Switch ${active ? 'on' : 'off'} ${counted(lines.length, 'tenant')}`,
    items: lines.map(({ tenant }) => ({
      id: tenant.id,
      name: tenant.name,
      refused: tenant.active === active ? `Is switched ${active ? 'on' : 'off'} already.` : undefined,
    })),
    act: (id) => switchTenant(id, active),
    undo: (ids) =>
      switching(
        lines
          .filter(({ tenant }) => ids.has(tenant.id))
          .map((line) => ({ ...line, tenant: { ...line.tenant, active } })),
        !active,
      ),
    after: readTenants,
  };
}

const MOST_NAMED = 5;

/** What switching these off does, and to how many. */
export function offConsequence(lines: readonly TenantLine[]): string {
  const names = lines.slice(0, MOST_NAMED).map(({ tenant }) => tenant.name);
  const more = lines.length - names.length;
  const usable = lines.reduce((sum, line) => sum + (line.tenant.active ? line.usable : 0), 0);
  return [
    `${names.join(', ')}${more > 0 ? ` and ${counted(more, 'other')}` : ''}:`,
    `${counted(usable, 'usable key')} will be refused within a second.`,
    'Settings, keys and logs stay; they can be switched on again.',
  ].join(' ');
}
