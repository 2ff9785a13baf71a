import type { DiscoveredModel, JsonObject } from '../adapter.ts';
import { asObject, asText, firstCount } from './fields.ts';

/** Ids of models that take no chat. Checked in this order on the lower-cased id without its vendor prefix. */
const EMBEDDING_ID = /embed|(?:^|[-_/])(?:bge|gte|e5|minilm|nomic-bert|jina-(?:clip|colbert)|voyage)[-_]/;
const OTHER_ID =
  /whisper|transcribe|(?:^|[-_/])tts|[-_]tts(?:$|[-_])|dall-e|gpt-image|chatgpt-image|moderation|rerank|realtime|(?:^|\/)sora|(?:^|\/)(?:babbage|davinci)-00|stable-diffusion|flux[.-]/;

/** OpenRouter's `supported_parameters` → what a model can do. */
const PARAMETER_CAPABILITIES: Readonly<Record<string, string>> = {
  tools: 'tools',
  structured_outputs: 'structured_output',
  reasoning: 'reasoning',
  logprobs: 'logprobs',
};
/** `architecture.input_modalities` → what a model can do. */
const MODALITY_CAPABILITIES: Readonly<Record<string, string>> = {
  image: 'vision',
  audio: 'audio',
  file: 'files',
};
/** Named in `capabilities` by LM Studio (a list) and Mistral (an object of booleans). */
const NAMED_CAPABILITIES: Readonly<Record<string, string>> = {
  tool_use: 'tools',
  function_calling: 'tools',
  vision: 'vision',
  audio: 'audio',
  reasoning: 'reasoning',
  structured_output: 'structured_output',
};

/** One entry of a model list, with whatever the server tells beyond OpenAI's four members; null = it has no id. */
export function readModel(entry: unknown): DiscoveredModel | null {
  const model = asObject(entry);
  const id = model && (asText(model['id']) ?? asText(model['key']) ?? asText(model['name']));
  if (!model || !id) return null;
  const top = asObject(model['top_provider']) ?? {};
  const meta = asObject(model['meta']) ?? {};
  const capabilities = readCapabilities(model);
  const name = asText(model['display_name']) ?? asText(model['name']);
  const ownedBy = asText(model['owned_by']) ?? asText(model['organization']) ?? asText(model['publisher']);
  const created = readCreated(model['created']);
  const contextWindow =
    // LM Studio: what it is loaded with is the limit, not what it could be loaded with.
    firstCount(model, 'loaded_context_length', 'max_model_len') ??
    firstCount(top, 'context_length') ??
    firstCount(model, 'context_length', 'context_window', 'max_context_length') ??
    firstCount(meta, 'n_ctx', 'n_ctx_train');
  const maxOutputTokens =
    firstCount(top, 'max_completion_tokens') ??
    firstCount(model, 'max_output_tokens', 'max_output_length', 'max_completion_tokens');
  return {
    id,
    kind: readKind(id, model),
    ...(name !== null && name !== id ? { name } : {}),
    ...(ownedBy === null ? (id.includes('/') ? { ownedBy: id.slice(0, id.indexOf('/')) } : {}) : { ownedBy }),
    ...(created === null ? {} : { created }),
    ...(contextWindow === null ? {} : { contextWindow }),
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(capabilities.length === 0 ? {} : { capabilities }),
    ...readPrices(asObject(model['pricing'])),
  };
}

function readKind(id: string, model: JsonObject): DiscoveredModel['kind'] {
  const type = asText(model['type'])?.toLowerCase();
  if (type?.startsWith('embedding')) return 'embedding';
  if (type === 'chat' || type === 'llm' || type === 'vlm' || type === 'language' || type === 'code')
    return 'chat';
  if (type === 'image' || type === 'audio' || type === 'moderation' || type === 'rerank') return 'other';
  const outputs = asObject(model['architecture'])?.['output_modalities'];
  if (Array.isArray(outputs) && outputs.length > 0) {
    if (outputs.includes('text')) return 'chat';
    return outputs.includes('embeddings') ? 'embedding' : 'other';
  }
  const lower = id.toLowerCase();
  if (EMBEDDING_ID.test(lower)) return 'embedding';
  return OTHER_ID.test(lower) ? 'other' : 'chat';
}

function readCapabilities(model: JsonObject): string[] {
  const found = new Set<string>();
  const collect = (names: unknown, table: Readonly<Record<string, string>>) => {
    for (const name of Array.isArray(names) ? names : []) {
      const capability = typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
      if (capability) found.add(capability);
    }
  };
  collect(model['supported_parameters'], PARAMETER_CAPABILITIES);
  collect(asObject(model['architecture'])?.['input_modalities'], MODALITY_CAPABILITIES);
  const named = model['capabilities'];
  const flags = asObject(named);
  collect(flags ? Object.keys(flags).filter((flag) => flags[flag] === true) : named, NAMED_CAPABILITIES);
  if (model['type'] === 'vlm') found.add('vision');
  return [...found].toSorted();
}

/** Unix seconds; some servers give milliseconds. */
function readCreated(value: unknown): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return null;
  return Math.floor(value > 1e11 ? value / 1000 : value);
}

type Prices = Pick<
  DiscoveredModel,
  'inputPer1M' | 'cachedInputPer1M' | 'cacheWritePer1M' | 'outputPer1M' | 'reasoningPer1M'
>;

/**
 * OpenRouter prices one token, in strings (`prompt`, `completion`, `input_cache_read`, …; -1 = it depends);
 * Together prices a million, in numbers (`input`, `output`). Without both an input and an output price there is none.
 */
function readPrices(pricing: JsonObject | null): Prices {
  if (!pricing) return {};
  const perToken = pricing['prompt'] !== undefined;
  const scale = perToken ? 1e6 : 1;
  const inputPer1M = readPrice(pricing[perToken ? 'prompt' : 'input'], scale);
  const outputPer1M = readPrice(pricing[perToken ? 'completion' : 'output'], scale);
  if (inputPer1M === null || outputPer1M === null) return {};
  const isFree = inputPer1M === 0;
  // "0" beside a price means "not told", not "for nothing".
  const told = (price: number | null) => (price === 0 && !isFree ? null : price);
  const cached = told(readPrice(pricing['input_cache_read'] ?? pricing['cached_input'], scale));
  const cacheWrite = told(readPrice(pricing['input_cache_write'], scale));
  const reasoning = told(readPrice(pricing['internal_reasoning'], scale));
  return {
    inputPer1M,
    outputPer1M,
    ...(cached === null ? {} : { cachedInputPer1M: cached }),
    ...(cacheWrite === null ? {} : { cacheWritePer1M: cacheWrite }),
    ...(reasoning === null || reasoning === 0 ? {} : { reasoningPer1M: reasoning }),
  };
}

function readPrice(value: unknown, scale: number): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const price = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  // Twelve digits: what binary fractions add beyond them is no price.
  return Number.isFinite(price) && price >= 0 ? Number((price * scale).toPrecision(12)) : null;
}
