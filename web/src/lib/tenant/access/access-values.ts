import type { ModelMode, UpdateTenantInput } from '#lib/generated/graphql.ts';
import { MODES } from '#lib/policy.ts';
import type { TenantSettings } from '../edit-tenant.svelte.ts';

type Pricing = UpdateTenantInput['pricing'];

/** One line of a table whose rows are named by what stands in them. */
export interface Alias {
  name: string;
  model: string;
}

/** As it is typed; '' = not given. */
export interface Price {
  model: string;
  inputPer1M: string;
  outputPer1M: string;
  cachedInputPer1M: string;
  cacheWritePer1M: string;
  reasoningPer1M: string;
}
export const PRICE_CLASSES = [
  { name: 'inputPer1M', label: 'Input' },
  { name: 'outputPer1M', label: 'Output' },
  { name: 'cachedInputPer1M', label: 'Cached input' },
  { name: 'cacheWritePer1M', label: 'Cache write' },
  { name: 'reasoningPer1M', label: 'Reasoning' },
] as const;

/** What the page edits. */
export type AccessValues = {
  mode: ModelMode;
  list: string[];
  aliases: Alias[];
  prices: Price[];
  providerIds: string[];
};

export function accessValues(
  tenant: Pick<TenantSettings, 'modelConfig' | 'pricing' | 'providerIds'>,
): AccessValues {
  const { mode, list, aliases } = tenant.modelConfig;
  const typed = (value: number | undefined): string => (value === undefined ? '' : String(value));
  return {
    mode,
    list: [...list],
    aliases: Object.entries(aliases).map(([name, model]) => ({ name, model })),
    prices: Object.entries(tenant.pricing).map(([model, price]) => ({
      model,
      inputPer1M: typed(price['inputPer1M']),
      outputPer1M: typed(price['outputPer1M']),
      cachedInputPer1M: typed(price['cachedInputPer1M']),
      cacheWritePer1M: typed(price['cacheWritePer1M']),
      reasoningPer1M: typed(price['reasoningPer1M']),
    })),
    providerIds: [...tenant.providerIds],
  };
}

/** What the fields are called. */
export const ACCESS_LABELS: Readonly<Record<keyof AccessValues, string>> = {
  mode: 'Which models',
  list: 'The list of models',
  aliases: 'Aliases',
  prices: 'Prices',
  providerIds: 'Providers',
};

/** A list is of those allowed or of those left out: the mode says which. */
export const TOGETHER = [['mode', 'list']] as const;

/** A field's value in words; `providers` are their names by id. */
export function accessWords(
  value: unknown,
  field: string,
  providers: ReadonlyMap<string, string> = new Map(),
): string {
  const lines = Array.isArray(value) ? value : [];
  switch (field) {
    case 'mode':
      return MODES[value as ModelMode].label;
    case 'aliases':
      return listed(lines.map(({ name, model }: Alias) => `${name} → ${model}`));
    case 'prices':
      return listed(
        lines.map((price: Price) => `${price.model}: ${price.inputPer1M} / ${price.outputPer1M} USD`),
      );
    case 'providerIds':
      return listed(lines.map((id: string) => providers.get(id) ?? id));
    default:
      return listed(lines.map(String));
  }
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}

/** What of a model's access is to be stored; a patch holds only what differs. */
export function modelConfigOf({ mode, list, aliases }: Partial<AccessValues>) {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(list === undefined ? {} : { list }),
    ...(aliases === undefined ? {} : { aliases: aliasMap(aliases) }),
  };
}

export function accessInput(patch: Partial<AccessValues>): UpdateTenantInput {
  const modelConfig = modelConfigOf(patch);
  return {
    ...(Object.keys(modelConfig).length === 0 ? {} : { modelConfig }),
    ...(patch.prices === undefined ? {} : { pricing: pricing(patch.prices) }),
    ...(patch.providerIds === undefined ? {} : { providerIds: patch.providerIds }),
  };
}

/** Lines that nothing was written into are left out; the server says what is wrong with the others. */
function aliasMap(aliases: readonly Alias[]): Record<string, string> {
  return Object.fromEntries(
    aliases
      .map(({ name, model }) => [name.trim(), model.trim()] as const)
      .filter(([name, model]) => name !== '' || model !== ''),
  );
}

function pricing(prices: readonly Price[]): NonNullable<Pricing> {
  return Object.fromEntries(
    prices
      .filter(({ model }) => model.trim() !== '')
      .map(({ model, ...given }) => {
        const known = Object.entries(given).flatMap(([name, text]) =>
          text.trim() === '' ? [] : [[name, Number(text)] as const],
        );
        // Both must be there: what is missing is free only if it says so.
        return [model.trim(), Object.fromEntries(known)];
      }),
  );
}

/** What is wrong before the server is asked; null = nothing. Two lines of one name would become one. */
export function lineProblem(lines: readonly { readonly key: string }[], index: number): string | null {
  const key = lines[index]?.key.trim() ?? '';
  if (key === '') return null;
  return lines.findIndex((line) => line.key.trim() === key) === index ? null : 'is there twice';
}
