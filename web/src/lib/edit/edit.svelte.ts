import { untrack } from 'svelte';
import { done } from '#lib/graphql/outcome.ts';
import type { Outcome, Problem } from '#lib/graphql/outcome.ts';
import { Draft } from '#lib/state/draft.svelte.ts';
import { Form } from '#lib/state/form.svelte.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import { clashesOf, same, unseenClashes, withSiblings } from './clash.ts';
import type { Clash } from './clash.ts';

/** Says when it was last changed. */
interface Versioned {
  /** ISO 8601, always in UTC: later is greater. */
  readonly updatedAt: string;
}

export interface Editing<S extends Versioned, T extends Record<string, unknown>> {
  /** What the page has; it is looked at again whenever that changes. */
  readonly stored: () => S;
  /** The part of it that is edited here. */
  readonly values: (stored: S) => T;
  /** Asks the server; null = it is gone. */
  readonly read: () => Promise<Outcome<S | null>>;
  /** Sends the values that differ; the server refuses them when `onto` is not what it has any more. */
  readonly write: (patch: Partial<T>, onto: S) => Promise<Outcome<S>>;
  /** The news when it is saved. */
  readonly saved: () => string;
  /** Fields that mean something only together: whoever changes one of them has settled all. */
  readonly together?: readonly (readonly (keyof T & string)[])[];
  /**
   * Fields that only ever go in, like passwords: nobody can tell whether others have changed them, so that they have
   * changed anything is said before theirs is replaced.
   */
  readonly unseen?: readonly (keyof T & string)[];
}

/** The path that the server names when somebody else was faster. */
const BASE = 'baseUpdatedAt';
/** So often somebody else may be faster, each time with something else, before one is told. */
const MOST_TRIES = 3;

/**
 * A part of something that several people edit: draft, form and save together. Make it while a component is set up.
 * Where somebody else has changed it since, what is changed here stays on top of what they saved; where both have
 * changed the same, nothing is saved and `clashes` says what stands against what.
 */
export class Edit<S extends Versioned, T extends Record<string, unknown>> {
  readonly draft: Draft<T>;
  readonly form = new Form();
  #found = $state.raw<readonly Clash[]>([]);
  readonly #of: Editing<S, T>;
  #base: S;

  constructor(of: Editing<S, T>) {
    this.#of = of;
    this.#base = of.stored();
    this.draft = new Draft(of.values(this.#base));
    $effect.pre(() => {
      const now = of.stored();
      // What is being saved comes back as the page's own: it is nobody else's change.
      if (this.form.busy) return;
      untrack(() => this.#goOnFrom(now));
    });
  }

  get changes(): number {
    return this.draft.changed.length;
  }

  /** What somebody else has changed, of what is changed here; gone once it is what they have. */
  get clashes(): readonly Clash[] {
    const mine: Readonly<Record<string, unknown>> = this.draft.patch;
    return this.#found
      .filter(({ field }) => field in mine)
      .map(({ field, theirs }) => ({ field, theirs, mine: mine[field] }));
  }

  at(path: string): string | null {
    return this.form.at(path);
  }

  discard(): void {
    this.#found = [];
    this.form.problem = null;
    this.draft.reset();
  }

  /** What the others saved, in place of what was typed here against it. */
  takeTheirs(): void {
    const stored = this.#of.values(this.#base);
    for (const { field } of this.clashes) Object.assign(this.draft.values, { [field]: stored[field] });
    this.#found = [];
    this.form.problem = null;
  }

  /** For a form. What stood in `clashes` has been seen: it is overwritten. */
  async save(): Promise<void> {
    if (this.changes === 0) return;
    this.#found = [];
    let sent: Readonly<Record<string, unknown>> = {};
    const saved = await this.form.send(() => this.#send((patch) => (sent = patch)));
    if (saved === null) return;
    // Typed while it was on its way.
    const late = Object.entries(this.draft.patch).filter(([field, value]) => !same(value, sent[field]));
    this.#base = saved;
    this.#found = [];
    this.draft.reset(this.#of.values(saved));
    Object.assign(this.draft.values, Object.fromEntries(late));
    toasts.done(this.#of.saved());
  }

  /** What the server has made of it; null = there are clashes to look at first. */
  async #send(onsent: (patch: Partial<T>) => void): Promise<Outcome<S | null>> {
    for (let tries = 1; ; tries += 1) {
      const { patch } = this.draft;
      onsent(patch);
      const outcome = await this.#of.write(patch, this.#base);
      if (outcome.ok || !isLate(outcome.problem) || tries === MOST_TRIES) return outcome;
      const now = await this.#of.read();
      if (!now.ok) return now;
      if (now.data === null) return outcome;
      this.#goOnFrom(now.data);
      if (this.clashes.length > 0) return done(null);
      // They have saved the very same.
      if (this.changes === 0) return done(now.data);
    }
  }

  /** What is being edited stays on top of what the server has now. */
  #goOnFrom(now: S): void {
    // A page may be late with what it asked for before.
    if (now.updatedAt < this.#base.updatedAt) return;
    const before = this.#of.values(this.#base);
    const next = this.#of.values(now);
    const isNewer = now.updatedAt > this.#base.updatedAt;
    this.#base = now;
    const unseen = isNewer ? (this.#of.unseen ?? []) : [];
    if (same(before, next) && unseen.length === 0) return;
    const patch = withSiblings(this.draft.patch, before, this.#of.together ?? []);
    const found = [...clashesOf(before, next, patch), ...unseenClashes(patch, unseen)];
    this.draft.reset(next);
    Object.assign(this.draft.values, patch);
    const isFound = (field: string): boolean => found.some((clash) => clash.field === field);
    const open = this.#found.filter(({ field }) => same(before[field], next[field]) && !isFound(field));
    this.#found = [...open, ...found];
  }
}

function isLate({ fields }: Problem): boolean {
  return fields.some(({ path }) => path === BASE);
}
