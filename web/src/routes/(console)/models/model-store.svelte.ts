import { SvelteMap } from 'svelte/reactivity';
import {
  CreateModelDocument,
  ReorderModelsDocument,
  UpdateModelDocument,
  UpdateModelsDocument,
} from '#lib/generated/graphql.ts';
import type { CreateModelInput, Tier, UpdateModelInput } from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome, Problem } from '#lib/graphql/outcome.ts';
import { counted } from '#lib/format/count.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import { expected, undoing } from './changes.ts';
import type { Model } from './model-list.ts';

/** Of one mutation. */
const MOST = 1000;
/** Of an order. */
const MOST_IN_ORDER = 100;

/**
 * The models of all providers, as the server has them or is about to. A change shows at once, and is taken back with
 * the reason when the server refuses it; what was done can be undone for some seconds.
 */
export class ModelStore {
  readonly #models = new SvelteMap<string, Model>();
  /** Why the last change of a cell was refused: by "<id> <field>". */
  readonly #problems = new SvelteMap<string, string>();

  get all(): readonly Model[] {
    return [...this.#models.values()];
  }

  get(id: string): Model | undefined {
    return this.#models.get(id);
  }

  /** What the server has now. */
  reset(models: readonly Model[]): void {
    const ids = new Set(models.map(({ id }) => id));
    for (const id of this.#models.keys()) if (!ids.has(id)) this.#models.delete(id);
    for (const model of models) this.#models.set(model.id, model);
  }

  problemAt(id: string, field: string): string | null {
    return this.#problems.get(`${id} ${field}`) ?? null;
  }

  forget(id: string, field: string): void {
    this.#problems.delete(`${id} ${field}`);
  }

  /** One change of one model; `what` goes on from its name: "is hidden". */
  async edit(id: string, input: UpdateModelInput, what: string): Promise<boolean> {
    const before = this.#models.get(id);
    if (before === undefined) return false;
    const fields = Object.keys(input);
    for (const field of fields) this.forget(id, field);
    this.#models.set(id, expected(before, input));
    const outcome = await this.#send(before, input);
    if (!outcome.ok) {
      this.#models.set(id, before);
      this.#refuse(id, fields, outcome.problem);
      return false;
    }
    this.#models.set(id, outcome.data);
    toasts.done(
      `${before.modelId} ${what}`,
      () => void this.#undo([{ model: before, input: undoing(before, input) }]),
    );
    return true;
  }

  /** The same change of many, in one go and with one undo. */
  async editMany(ids: readonly string[], input: UpdateModelInput, what: string): Promise<boolean> {
    const before = ids.flatMap((id) => this.#models.get(id) ?? []);
    if (before.length === 0) return false;
    if (before.length > MOST) {
      toasts.failed(`At most ${counted(MOST, 'model')} at once: narrow the list down.`);
      return false;
    }
    for (const model of before) this.#models.set(model.id, expected(model, input));
    const outcome = await this.#sendMany(before.map((model) => ({ model, input })));
    if (!outcome.ok) {
      for (const model of before) this.#models.set(model.id, model);
      toasts.failed(`Nothing was changed: ${outcome.problem.message}`);
      return false;
    }
    toasts.done(
      `${counted(before.length, 'model')} ${what}`,
      () => void this.#undo(before.map((model) => ({ model, input: undoing(model, input) }))),
    );
    return true;
  }

  /** The models of a tier in a new order, best first; whoever is not of the tier yet moves there. */
  async reorder(tier: Tier, ids: readonly string[], moved: string): Promise<boolean> {
    const before = ids.flatMap((id) => this.#models.get(id) ?? []);
    const name = this.#models.get(moved)?.modelId ?? '';
    const undo = before.map((model) => ({ model, input: undoing(model, { tier: null, priority: null }) }));
    const step = Math.max(1, Math.floor(90 / before.length));
    before.forEach((model, index) =>
      this.#models.set(model.id, { ...model, tier, priority: Math.max(1, 100 - index * step) }),
    );
    const items = before
      .slice(0, MOST_IN_ORDER)
      .map((model) => ({ providerId: model.provider.id, modelId: model.modelId }));
    const outcome = await act(ReorderModelsDocument, 'reorderTier', { input: { tier, items } });
    if (!outcome.ok) {
      for (const model of before) this.#models.set(model.id, model);
      toasts.failed(`${name} stays where it was: ${outcome.problem.message}`);
      return false;
    }
    for (const model of outcome.data.models) this.#models.set(model.id, model);
    toasts.done(`${name} is moved`, () => void this.#undo(undo));
    return true;
  }

  async create(providerId: string, input: CreateModelInput): Promise<Outcome<Model>> {
    const outcome = await act(CreateModelDocument, 'createModel', { providerId, input });
    if (!outcome.ok) return outcome;
    const { __typename, ...model } = outcome.data;
    void __typename;
    this.#models.set(model.id, model);
    return { ok: true, data: model };
  }

  async #undo(changes: readonly { model: Model; input: UpdateModelInput }[]): Promise<void> {
    const outcome = await this.#sendMany(changes);
    if (!outcome.ok) toasts.failed(`It could not be undone: ${outcome.problem.message}`);
  }

  async #send(model: Model, input: UpdateModelInput): Promise<Outcome<Model>> {
    const { modelId, provider } = model;
    const outcome = await act(UpdateModelDocument, 'updateModel', {
      providerId: provider.id,
      modelId,
      input,
    });
    if (!outcome.ok) return outcome;
    const { __typename, ...after } = outcome.data;
    void __typename;
    return { ok: true, data: after };
  }

  async #sendMany(changes: readonly { model: Model; input: UpdateModelInput }[]): Promise<Outcome<true>> {
    const outcome = await act(UpdateModelsDocument, 'updateModels', {
      changes: changes.map(({ model, input }) => ({
        providerId: model.provider.id,
        modelId: model.modelId,
        input,
      })),
    });
    if (!outcome.ok) return outcome;
    for (const model of outcome.data.models) this.#models.set(model.id, model);
    return { ok: true, data: true };
  }

  #refuse(id: string, fields: readonly string[], problem: Problem): void {
    for (const field of fields) {
      const own = problem.fields.find(({ path }) => path === field || path.endsWith(`.${field}`));
      this.#problems.set(`${id} ${field}`, own?.message ?? problem.message);
    }
  }
}
