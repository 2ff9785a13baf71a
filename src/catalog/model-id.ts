/** Vendors that Bedrock puts in front of its ids, with a dot. */
const DOTTED_VENDORS =
  'ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|xai|zai';
/** Inference regions of Bedrock, in front of the vendor. */
const REGIONS = 'us|us-gov|eu|apac|ap|jp|au|ca|sa|global';
const DOTTED_PREFIX = new RegExp(`^(?:(?:${REGIONS})\\.)?(?:${DOTTED_VENDORS})\\.`);
/** Bedrock's own revision of a model: "-v1:0", "-v2:0:200k". */
const BEDROCK_REVISION = /-v\d+(?::\d+)?(?::\d+k)?$/;
/** OpenRouter's variants choose a host or a way of running; the model is the same. */
const VARIANT = /:(?:free|nitro|floor|online|extended|thinking|exacto|beta)$/;
/** A dated release: -20250514, @20250514, -2024-08-06. Also "-latest" and Vertex's "@latest", "@default", "@001". */
const RELEASE = /[-@](?:20\d{6}|20\d\d-\d\d-\d\d|latest|default)$|@\d{3}$/;
/** How weights are packed or served; never another model. */
const PACKAGING =
  /[-_.@:](?:gguf|ggml|awq|gptq|exl[23]|mlx|onnx|bnb|hf|fp8|fp16|bf16|nvfp4|mxfp4|int[348]|[2-8]bit|i?q\d(?:_k)?(?:_(?:xxs|xs|s|m|l|xl|0|1))?|i1|w\d{1,2}a\d{1,2}|quantized|fp8-dynamic|dynamic)$/;
/** Ollama's tag: the size of the model and how it is packed; ":latest" is whatever is there. */
const SIZE_TAG = /:(?=\d+(?:\.\d+)?(?:x\d+)?[bm](?:-|$)|e\d+b(?:-|$))/;
const LATEST_TAG = /:latest$/;
/** Fireworks writes a version's dot as "p": llama-v3p3. */
const FIREWORKS_VERSION = /-v(\d)p(\d)(?=-)/;

/**
 * One spelling for a model, whoever serves it: lower case, without the vendor's, region's or path's prefix, variant,
 * release date and packaging; version numbers with dashes ("claude-3.5-sonnet" = "claude-3-5-sonnet"). Sizes, editions
 * ("-mini", "-thinking") and everything else stay: they are other models.
 */
export function normalizeModelId(modelId: string): string {
  let id = modelId.trim().toLowerCase().replace(VARIANT, '').replace(LATEST_TAG, '');
  id = id.slice(id.lastIndexOf('/') + 1); // models/…, openai/…, publishers/google/models/…, accounts/fireworks/models/…
  const dotted = id.replace(DOTTED_PREFIX, '');
  if (dotted !== id) id = dotted.replace(BEDROCK_REVISION, '');
  id = id.replace(SIZE_TAG, '-');
  for (let shorter = strip(id); shorter !== id; shorter = strip(id)) id = shorter;
  return id
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
    .replace(FIREWORKS_VERSION, '-$1-$2')
    .replace(/^meta-(?=llama-)/, '')
    .replace(/^(llama|gemma|phi)(?=\d)/, '$1-')
    .replace(/-(?:instruct|it)$/, '');
}

/** Whether the id names a variant of a host (OpenRouter's ":free" and the like), which has a price of its own. */
export function variantOf(modelId: string): string | null {
  return VARIANT.exec(modelId.trim().toLowerCase())?.[0] ?? null;
}

function strip(id: string): string {
  return id.replace(RELEASE, '').replace(PACKAGING, '');
}

/** Who sells the models that it makes, and what stands in front of them at hosts of many. */
const MAKERS: Readonly<Record<string, RegExp>> = {
  openai: /^openai$/,
  anthropic: /^anthropic$/,
  google: /^google$/,
  mistral: /^mistral(?:ai)?$/,
  deepseek: /^deepseek(?:-ai)?$/,
  xai: /^x-?ai$/,
  moonshotai: /^moonshotai$/,
};

/**
 * The provider types that may list a model spelt like this, the likeliest first. Weights that somebody has packed or
 * serves under a name of his own are listed by nobody: they cost what their host asks.
 */
export function listersOf(modelId: string): readonly string[] {
  const id = modelId.trim().toLowerCase();
  const last = id.slice(id.lastIndexOf('/') + 1);
  if (DOTTED_PREFIX.test(last)) return ['bedrock'];
  if (/^(?:publishers\/google\/)?models\//.test(id)) return ['google'];
  if (id.startsWith('azure/')) return ['azure'];
  if (PACKAGING.test(last) || SIZE_TAG.test(last)) return [];
  if (!id.includes('/')) return Object.keys(MAKERS);
  const owner = id.slice(0, id.indexOf('/'));
  const maker = Object.entries(MAKERS).flatMap(([type, names]) => (names.test(owner) ? [type] : []));
  return ['openrouter', ...maker];
}

/** Without what stands in front of the last "/": as a maker itself spells it. */
export function bareModelId(modelId: string): string {
  const id = modelId.trim();
  return id.slice(id.lastIndexOf('/') + 1);
}
