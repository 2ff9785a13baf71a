import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { PRESET_PROFILES, type PresetProfile } from '../catalog/presets.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { lockCategories, toCategory } from './category-rows.ts';
import { applyPreset } from './category-schema.ts';
import type {
  ApplyPresetInput,
  CategoryResult,
  CategoryStanding,
  PresetApplied,
  PresetResult,
} from './category-types.ts';
import { change, notify, type Tx } from './change.ts';
import type { ModelCatalog } from './model-facts.ts';
import { choose, findCandidates, standingOf } from './preset-choice.ts';
import { badInput, validate } from './validate.ts';

export interface Presets {
  list(actor: Actor): Promise<readonly PresetResult[]>;
  /**
   * Gives the profiles' categories the best model of their tier as their default. A default that was set by hand is
   * never replaced. Throws bad_input for a profile or provider that does not exist.
   */
  apply(actor: Actor, input: ApplyPresetInput): Promise<PresetApplied>;
  /** What `apply` would do now; nothing is changed. */
  preview(actor: Actor, input: ApplyPresetInput): Promise<PresetApplied>;
  /** How good each category's default model is at it, beside the one that a preset would give it. */
  standings(actor: Actor): Promise<readonly CategoryStanding[]>;
}

export interface PresetsDeps {
  readonly db: PrismaClient;
  readonly catalog: ModelCatalog;
}

export function createPresets({ db, catalog }: PresetsDeps): Presets {
  return {
    async list(actor) {
      authorize(actor, 'category.read');
      const rows = await db.category.findMany({ select: { key: true }, orderBy: IN_ORDER });
      return PRESET_PROFILES.map((profile) => ({
        ...profile,
        categories: rows.map(({ key }) => key).filter((key) => covers(profile, key)),
      }));
    },

    async apply(actor, input) {
      authorize(actor, 'category.write');
      const { profileIds, providerId } = validate(applyPreset, input);
      const profiles = knownProfiles(profileIds);
      return await change(db, async (tx) => {
        await lockCategories(tx);
        const { wanted, result } = await plan(tx, profiles, providerId ?? null);
        const { assignments } = result;
        for (const { category, model } of assignments) {
          const data = { defaultModel: model, presetDefault: true };
          await tx.category.update({ where: { key: category }, data, select: { id: true } });
        }
        if (assignments.length === 0) return result;
        const target = { type: 'category', id: 'presets' } as const;
        const before = Object.fromEntries(wanted.map(({ key, defaultModel }) => [key, defaultModel]));
        const facts = { profiles: result.profiles, providerId: providerId ?? null, assignments };
        await record(tx, actor, 'category.applyPreset', target, { defaultModels: before }, facts);
        await notify(tx, 'category', 'presets');
        return result;
      });
    },

    async preview(actor, input) {
      authorize(actor, 'category.write');
      const { profileIds, providerId } = validate(applyPreset, input);
      return (await plan(db, knownProfiles(profileIds), providerId ?? null)).result;
    },

    async standings(actor) {
      authorize(actor, 'category.write');
      const rows = await db.category.findMany({ orderBy: IN_ORDER });
      const candidates = await findCandidates(db, catalog);
      return rows.map((row) => standingOf(toCategory(row), candidates));
    },
  };

  async function plan(
    tx: Reader,
    profiles: readonly PresetProfile[],
    providerId: string | null,
  ): Promise<{ readonly wanted: readonly CategoryResult[]; readonly result: PresetApplied }> {
    if (providerId !== null) await requireProvider(tx, providerId);
    const rows = await tx.category.findMany({ orderBy: IN_ORDER });
    const wanted = rows.map(toCategory).filter(({ key }) => profiles.some((it) => covers(it, key)));
    const candidates = await findCandidates(tx, catalog);
    const outcomes = wanted.map((category) => choose(category, candidates, providerId));
    const assignments = outcomes.flatMap((it) => ('model' in it ? [it] : []));
    const skippedCategories = outcomes.flatMap((it) => ('reason' in it ? [it] : []));
    return {
      wanted,
      result: {
        profiles: profiles.map(({ id }) => id),
        categoriesConsidered: wanted.length,
        updated: assignments.length,
        skipped: skippedCategories.length,
        assignments,
        skippedCategories,
      },
    };
  }
}

/** What planning reads: inside a transaction or not. */
type Reader = Pick<Tx, 'provider' | 'category' | 'providerModel'>;

const IN_ORDER = [{ position: 'asc' as const }, { key: 'asc' as const }];

function covers({ categories }: PresetProfile, key: string): boolean {
  return categories === null || categories.includes(key);
}

function knownProfiles(ids: readonly string[]): readonly PresetProfile[] {
  const known = PRESET_PROFILES.map(({ id }) => id).join(', ');
  const problems = ids.flatMap((id, index) =>
    PRESET_PROFILES.some((profile) => profile.id === id)
      ? []
      : [{ path: `profileIds.${index}`, message: `names no profile: "${id}"; there are ${known}` }],
  );
  if (problems.length > 0) throw badInput(problems);
  return PRESET_PROFILES.filter(({ id }) => ids.includes(id));
}

async function requireProvider(tx: Reader, id: string): Promise<void> {
  const provider = await tx.provider.findUnique({ where: { id }, select: { active: true } });
  if (provider?.active === true) return;
  const message =
    provider === null
      ? `names no provider: ${id}`
      : 'names a provider that is switched off; activate it first';
  throw badInput([{ path: 'providerId', message }]);
}
