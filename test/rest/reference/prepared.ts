import { SYSTEM } from '../../domain/world.ts';
import type { Stage } from '../../graphql/stage.ts';
import type { Prepared } from './example.ts';

export const ofProvider = ({ providerId }: Stage): Promise<Prepared> =>
  Promise.resolve({ params: { id: providerId } });
export const ofTenantA = ({ a }: Stage): Promise<Prepared> => Promise.resolve({ params: { id: a.id } });

/** A provider of its own, for what changes or removes one. Names count up with what is there: twins have the same. */
export const newProvider =
  (name: string) =>
  async ({ world }: Stage): Promise<Prepared> => {
    const { id } = await world.domain.providers.create(SYSTEM, {
      name: `${name} ${await world.db.provider.count()}`,
      type: 'simulator',
    });
    return { params: { id } };
  };

/** A tenant of its own, with a key beside the primary one. */
export const newTenant =
  (what: string) =>
  async ({ world, providerId }: Stage): Promise<Prepared> => {
    const slug = `${what}-${await world.db.tenant.count()}`;
    const made = await world.domain.tenants.create(SYSTEM, { slug, name: slug, providerIds: [providerId] });
    const more = await world.domain.tenantKeys.create(SYSTEM, made.tenant.id, { label: 'more' });
    return { params: { id: made.tenant.id, keyId: more.key.id } };
  };
