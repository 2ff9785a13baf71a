import { isDeepStrictEqual } from 'node:util';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor, SystemActor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import type { RuleSetDefinition } from '../routing/rule-set.ts';
import { record } from './audit.ts';
import { notify, orConflict, type Tx } from './change.ts';
import { toJsonObject } from './json.ts';
import { createRuleSetChange, read, takeDefault, targetOf, toResult } from './rule-set-change.ts';
import { BUILT_IN_RULE_SET } from './rule-set-defaults.ts';
import { requireReferences } from './rule-set-references.ts';
import { definition as definitionSchema, ruleSetCreate, ruleSetUpdate } from './rule-set-schema.ts';
import type { RuleSetInput, RuleSetResult } from './rule-set-types.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export interface RuleSets {
  /** Throws bad_input with `fields` ("definition.rules.2.keywords.0"), conflict when the name is taken in its scope. */
  create(actor: Actor, input: RuleSetInput): Promise<RuleSetResult>;
  /** A definition that differs becomes a new version; the old ones stay. Throws conflict beside another `baseVersion`. */
  update(actor: Actor, id: string, input: RuleSetInput): Promise<RuleSetResult>;
  /** Throws conflict for a default, or one that is being rolled out: it is in force. */
  remove(actor: Actor, id: string): Promise<{ readonly id: string; readonly name: string }>;
  /** Puts it in force in its scope, in place of the one that was. */
  setDefault(actor: Actor, id: string): Promise<RuleSetResult>;
  /**
   * Makes the definition of an old version the newest one. Throws not_found, and bad_input where it names what is gone.
   */
  restoreVersion(actor: Actor, id: string, version: number): Promise<RuleSetResult>;
  /** At the start of a process: the built-in default, once in the life of an installation. */
  seed(actor: SystemActor): Promise<readonly string[]>;
}

/** The setting that remembers that the built-in rule set was given. */
const SEEDED = 'rule-sets';

export function createRuleSets({ db }: { readonly db: PrismaClient }): RuleSets {
  const { alone, edit } = createRuleSetChange(db);

  return {
    async create(actor, input) {
      authorize(actor, 'ruleSet.write');
      const { definition, tenantId, ...given } = validate(ruleSetCreate, input);
      return await alone(async (tx) => {
        if (tenantId != null) await requireTenantRow(tx, tenantId);
        if (definition != null) await requireReferences(tx, definition);
        const isDefault = given.isDefault === true;
        if (isDefault) await takeDefault(tx, tenantId ?? null);
        return await insert(tx, actor, {
          tenantId: tenantId ?? null,
          name: given.name,
          description: given.description ?? '',
          isDefault,
          definition: definition ?? {},
          note: given.note ?? '',
        });
      });
    },

    async update(actor, rawId, input) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      const { definition, tenantId, isDefault, ...given } = validate(ruleSetUpdate, input);
      return await edit(actor, id, async (tx, before) => {
        requireVersion(before, given.baseVersion ?? null);
        if (tenantId != null && tenantId !== before.tenantId) {
          throw badInput([{ path: 'tenantId', message: 'cannot be changed; make a new rule set instead' }]);
        }
        if (definition != null) await requireReferences(tx, definition);
        if (isDefault === true && !before.isDefault) await takeDefault(tx, before.tenantId);
        if (isDefault === false && before.isDefault && before.tenantId === null) throw mustHaveDefault(null);
        const data = {
          ...(given.name == null ? {} : { name: given.name }),
          ...(given.description == null ? {} : { description: given.description }),
          ...(isDefault == null ? {} : { isDefault }),
          ...(isDefault === true ? { rolloutShare: null } : {}),
          ...(await newVersion(tx, actor, before, definition ?? before.definition, given.note ?? '')),
        };
        await orConflict(nameTaken(given.name ?? before.name), tx.ruleSet.update({ where: { id }, data }));
      });
    },

    async remove(actor, rawId) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      return await alone(async (tx) => {
        const before = await read(tx, id);
        if (before.isDefault) throw mustHaveDefault(before.tenantId);
        if (before.rolloutShare !== null) throw mustEndRollout(before.rolloutShare);
        await tx.ruleSet.delete({ where: { id }, select: { id: true } });
        await record(tx, actor, 'ruleSet.delete', targetOf(before), { ...before }, null);
        await notify(tx, 'rule-set', id);
        return { id, name: before.name };
      });
    },

    async setDefault(actor, rawId) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      return await edit(actor, id, async (tx, before) => {
        if (before.isDefault) return;
        await takeDefault(tx, before.tenantId);
        await tx.ruleSet.update({ where: { id }, data: { isDefault: true, rolloutShare: null } });
      });
    },

    async restoreVersion(actor, rawId, version) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      return await edit(actor, id, async (tx, before) => {
        const where = { ruleSetId_version: { ruleSetId: id, version } };
        const old = Number.isInteger(version) ? await tx.ruleSetVersion.findUnique({ where }) : null;
        if (old === null) throw notFound('version of this rule set');
        const definition = validate(definitionSchema, old.definition, ['definition']);
        // It was checked when it was written; what it names may have gone since.
        await requireReferences(tx, definition);
        const data = await newVersion(tx, actor, before, definition, `Version ${version} restored`);
        await tx.ruleSet.update({ where: { id }, data });
      });
    },

    async seed(actor) {
      authorize(actor, 'ruleSet.write');
      return await alone(async (tx) => {
        if ((await tx.setting.findUnique({ where: { key: SEEDED } })) !== null) return [];
        await tx.setting.create({ data: { key: SEEDED, value: { seeded: true } } });
        const inForce = await tx.ruleSet.count({ where: { tenantId: null } });
        if (inForce > 0) return [];
        const { id } = await insert(tx, actor, {
          ...BUILT_IN_RULE_SET,
          tenantId: null,
          isDefault: true,
          note: '',
        });
        return [id];
      });
    },
  };
}

type New = Pick<RuleSetResult, 'tenantId' | 'name' | 'description' | 'isDefault' | 'definition'> & {
  readonly note: string;
};

async function insert(tx: Tx, actor: Actor, { note, ...given }: New): Promise<RuleSetResult> {
  const definition = toJsonObject(given.definition);
  const data = {
    ...given,
    definition,
    versions: { create: { version: 1, definition, note, actorName: nameOf(actor) } },
  };
  const row = await orConflict(nameTaken(given.name), tx.ruleSet.create({ data }));
  const after = toResult(row);
  await record(tx, actor, 'ruleSet.create', targetOf(after), null, { ...after });
  await notify(tx, 'rule-set', after.id);
  return after;
}

/** The columns of a new version; none when the definition is the same. */
async function newVersion(
  tx: Tx,
  actor: Actor,
  before: RuleSetResult,
  wanted: RuleSetDefinition,
  note: string,
) {
  const definition = toJsonObject(wanted);
  if (isDeepStrictEqual(definition, toJsonObject(before.definition))) return {};
  const version = before.version + 1;
  const data = { ruleSetId: before.id, version, definition, note, actorName: nameOf(actor) };
  await tx.ruleSetVersion.create({ data });
  return { version, definition };
}

/** Two people edit the same set: the second is told, and writes nothing over the first. */
function requireVersion({ version }: RuleSetResult, edited: number | null): void {
  if (edited === null || edited === version) return;
  throw new AppError(
    'conflict',
    `This rule set has become version ${version} since; what you have edited was version ${edited}. Look at what has changed, then save again.`,
  );
}

async function requireTenantRow(tx: Tx, id: string): Promise<void> {
  const tenant = await tx.tenant.findUnique({ where: { id }, select: { id: true } });
  if (tenant === null) throw badInput([{ path: 'tenantId', message: `names no tenant: ${id}` }]);
}

function nameOf(actor: Actor): string {
  return actor.kind === 'user' ? actor.username : actor.name;
}

function nameTaken(name: string) {
  return { path: 'name', message: `"${name}" is taken` };
}

function mustHaveDefault(tenantId: string | null): AppError {
  const whose = tenantId === null ? 'every tenant without one of its own' : 'its tenant';
  const otherwise =
    tenantId === null ? '' : ', or send "isDefault": false so that the tenant goes by the global one again';
  return new AppError(
    'conflict',
    `This rule set is in force for ${whose}. First make another one the default (setDefaultRuleSet, or "isDefault": true on it)${otherwise}.`,
  );
}

function mustEndRollout(share: number): AppError {
  return new AppError(
    'conflict',
    `This rule set is in force for ${share} % of the conversations. First end its rollout (endRollout).`,
  );
}
