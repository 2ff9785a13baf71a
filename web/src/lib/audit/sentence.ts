import { counted } from '#lib/format/count.ts';
import type { AuditRowFragment } from '#lib/generated/graphql.ts';
import { readRole, roleLabel } from '#lib/people/roles.ts';
import { diffOf } from './diff.ts';
import type { Change } from './diff.ts';
import { asRecord, objectOf } from './names.ts';
import type { AuditObject, NameBook } from './names.ts';
import { labelOf, shownChange, valueOf } from './values.ts';

/** "ada" + "raised" + "Acme" + "’s request limit 60 → 120 a minute". */
export interface Sentence {
  readonly actor: string;
  readonly verb: string;
  /** Null = the sentence needs none ("signed in"). */
  readonly object: AuditObject | null;
  /** Follows the object without a space. */
  readonly rest: string;
}

type Told = Pick<Sentence, 'verb'> & { readonly rest?: string; readonly object?: AuditObject | null };
interface Facts {
  readonly entry: AuditRowFragment;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly object: AuditObject;
  readonly book: NameBook;
}

export function sentenceOf(entry: AuditRowFragment, book: NameBook): Sentence {
  const object = objectOf(entry, book);
  const facts = { entry, before: asRecord(entry.before), after: asRecord(entry.after), object, book };
  const told = SPECIAL[entry.action]?.(facts) ?? general(facts);
  return {
    actor: actorOf(entry),
    verb: told.verb,
    object: told.object === undefined ? object : told.object,
    rest: told.rest ?? '',
  };
}

/** Without an id and an address it was no person: the program itself, at start or from the command line. */
function actorOf({ actorId, actorName, address }: AuditRowFragment): string {
  if (actorId !== null || address !== '') return actorName;
  return actorName === '' ? 'The program' : `The program (${actorName})`;
}

/** The same as one line of text. */
export function sentenceText({ actor, verb, object, rest }: Sentence): string {
  return `${actor} ${verb}${object === null ? '' : ` ${object.name}`}${rest}`;
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const alone = (verb: string): Told => ({ verb, object: null });
const asRole = (value: unknown): string => {
  const role = readRole(text(value));
  return role === null ? '' : ` as ${roleLabel(role)}`;
};

/** How many models a sentence names; the list of changes beneath has them all. */
const MOST_NAMED = 3;

function modelsOf({ mode, list }: Readonly<Record<string, unknown>>): string {
  const models = Array.isArray(list) ? list.map(String) : [];
  if (mode === 'all') return ': all';
  const named = models.slice(0, MOST_NAMED).join(', ');
  const more = models.length > MOST_NAMED ? ` and ${models.length - MOST_NAMED} more` : '';
  if (mode === 'whitelist') return models.length === 0 ? ': none' : `: only ${named}${more}`;
  return mode === 'blacklist' && models.length > 0 ? `: all but ${named}${more}` : '';
}

/** What cannot be told from the name of the action and what differs. */
const SPECIAL: Readonly<Record<string, (facts: Facts) => Told>> = {
  'setup.createAdmin': () => ({ verb: 'created the first administrator' }),
  'setup.complete': () => alone('finished the setup'),
  'session.login': () => alone('signed in'),
  'session.loginFailed': ({ after }) =>
    alone(`failed to sign in${after['reason'] === undefined ? '' : `: ${text(after['reason'])}`}`),
  'session.logout': () => alone('signed out'),
  'session.revoke': ({ entry, after, object }) => {
    const ended = count(after['sessionsEnded']);
    const own = entry.actorId !== null && entry.actorId === entry.targetId;
    if (ended === 0)
      return own ? alone('ended a session of their own') : { verb: 'ended a session of', object };
    const many = counted(ended, 'session');
    return own ? alone(`ended ${many} of their own`) : { verb: 'signed', rest: ` out everywhere: ${many}` };
  },
  'user.create': ({ after }) => ({ verb: 'added the user', rest: asRole(after['role']) }),
  'user.provision': ({ after }) => ({
    verb: 'took',
    rest: ` over from the directory${asRole(after['role'])}`,
  }),
  'user.delete': () => ({ verb: 'deleted the user' }),
  'user.changePassword': () => alone('changed their own password'),
  'user.changePasswordFailed': () => alone('gave a wrong password when changing it'),
  'accessToken.create': ({ after }) => {
    const scopes = Array.isArray(after['scopes']) ? after['scopes'].map(String) : [];
    return { verb: 'made the access token', rest: scopes.length === 0 ? '' : `: ${scopes.join(', ')}` };
  },
  'accessToken.revoke': () => ({ verb: 'revoked the access token' }),
  'ldap.test': ({ after }) => {
    const who = text(after['username']);
    const outcome = after['success'] === true ? 'worked' : `failed at “${text(after['failed'])}”`;
    return { verb: 'tested', rest: `${who === '' ? '' : ` with ${who}`}: ${outcome}` };
  },
  'category.resetDefaults': ({ after }) => {
    const made = Array.isArray(after['created']) ? after['created'].length : 0;
    return alone(`restored the built-in categories: ${counted(made, 'category', 'categories')}`);
  },
  'category.applyPreset': ({ after }) => {
    const profiles = Array.isArray(after['profiles']) ? after['profiles'].join(', ') : '';
    const made = Array.isArray(after['assignments']) ? after['assignments'].length : 0;
    return alone(`applied the preset ${profiles}: ${counted(made, 'default model')} set`);
  },
  'tenant.modelConfig': ({ after }) => ({
    verb: 'changed which models',
    rest: ` may use${modelsOf(asRecord(after['modelConfig']))}`,
  }),
  'pod.evict': () => ({ verb: 'took the process', rest: ' out of the list' }),
  'provider.check': ({ after }) => ({
    verb: 'checked',
    rest: after['status'] === 'connected' ? ': connected' : `: ${text(after['statusMessage']) || 'failed'}`,
  }),
  'provider.discover': ({ after }) => ({
    verb: 'discovered the models of',
    rest:
      after['count'] === undefined
        ? `: ${text(after['detail']) || 'failed'}`
        : `: ${count(after['count'])} found, ${count(after['added'])} new, ${count(after['vanished'])} gone`,
  }),
  'provider.reencrypt': () => ({ verb: 'encrypted the credentials of', rest: ' anew' }),
  'model.reorder': () => ({ verb: 'reordered the tier' }),
  'key.create': () => ({ verb: 'made the key' }),
  'key.rotate': () => ({ verb: 'rotated the key' }),
  'key.set': () => ({ verb: 'set the key' }),
  'key.delete': () => ({ verb: 'deleted the key' }),
};

const NOUNS: Readonly<Record<string, string>> = {
  provider: ' the provider',
  tenant: ' the tenant',
  model: ' the model',
  category: ' the category',
  ruleSet: ' the rule set',
};

function general(facts: Facts): Told {
  const { entry } = facts;
  const verb = entry.action.split('.')[1] ?? entry.action;
  const noun = NOUNS[entry.targetType] ?? '';
  if (verb === 'create') return { verb: `added${noun}` };
  if (verb === 'delete') return { verb: `deleted${noun}` };
  return update(facts);
}

/** What ended along with a change is no change of the thing itself. */
const SIDE_EFFECTS = new Set(['sessionsEnded', 'tokensEnded']);

function update(facts: Facts): Told {
  const changes = diffOf(facts.entry.before, facts.entry.after).filter(
    ({ path }) => !SIDE_EFFECTS.has(path.join('.')),
  );
  const [only] = changes;
  if (only === undefined) return { verb: 'saved', rest: ' without a change' };
  if (changes.length === 1) return one(facts, only);
  const labels = [...new Set(changes.map(({ path }) => labelOf(path.slice(0, 2))))];
  if (labels.length <= 3) return { verb: 'changed', rest: `: ${labels.join(', ')}` };
  return { verb: 'changed', rest: `: ${labels.slice(0, 2).join(', ')} and ${labels.length - 2} more` };
}

/** Longer values are left to the list of changes beneath. */
const SHORT = 60;

function one({ entry, object, book }: Facts, change: Change): Told {
  const { path, kind, before, after } = change;
  const member = path.join('.');
  if (member === 'active' || member === 'enabled') {
    const on = after === true;
    if (entry.targetType === 'user' || entry.targetType === 'key')
      return { verb: on ? 'enabled' : 'disabled' };
    return { verb: on ? 'switched on' : 'switched off' };
  }
  if (member === 'name' && typeof before === 'string' && typeof after === 'string')
    return { verb: 'renamed', object: { ...object, name: before }, rest: ` to ${after}` };
  if (member === 'role' && entry.targetType === 'user')
    return {
      verb: 'made',
      rest: ` ${valueOf(after, 'role', book)}, was ${valueOf(before, 'role', book)}`,
    };
  if (member === 'version' && entry.targetType === 'ruleSet' && typeof after === 'number')
    return { verb: `published version ${after} of` };
  if (member === 'password') return { verb: 'set a new password for' };
  const label = labelOf(path);
  const whose = object.name.endsWith('s') ? `’ ${label}` : `’s ${label}`;
  if (kind === 'secret') return { verb: 'replaced', rest: whose };
  const shown = shownChange(change, book);
  const values = `${shown.before ?? 'none'} → ${shown.after ?? 'none'}`;
  const verb = verbOf(before, after);
  if (kind !== 'value' || values.length > SHORT) return { verb: 'changed', rest: whose };
  return { verb, rest: `${whose} ${values}` };
}

/** 0 often means "no limit", so only from something to something is up or down. */
function verbOf(before: unknown, after: unknown): string {
  if (typeof before !== 'number' || typeof after !== 'number' || before === 0 || after === 0)
    return 'changed';
  return after > before ? 'raised' : 'lowered';
}
