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
  /[-_.@](?:gguf|awq|gptq|mlx|fp8|fp16|bf16|int4|int8|4bit|8bit|q\d(?:_k)?(?:_[sml0])?|fp8-dynamic|dynamic)$/;

/**
 * One spelling for a model, whoever serves it: lower case, without the vendor's, region's or path's prefix, variant,
 * release date and packaging; version numbers with dashes ("claude-3.5-sonnet" = "claude-3-5-sonnet"). Sizes, editions
 * ("-mini", "-thinking") and everything else stay: they are other models.
 */
export function normalizeModelId(modelId: string): string {
  let id = modelId.trim().toLowerCase().replace(VARIANT, '');
  id = id.slice(id.lastIndexOf('/') + 1); // models/…, openai/…, publishers/google/models/…, accounts/fireworks/models/…
  const dotted = id.replace(DOTTED_PREFIX, '');
  if (dotted !== id) id = dotted.replace(BEDROCK_REVISION, '');
  for (let shorter = strip(id); shorter !== id; shorter = strip(id)) id = shorter;
  return id
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
    .replace(/^llama(?=\d)/, 'llama-')
    .replace(/-(?:instruct|it)$/, '');
}

/** Whether the id names a variant of a host (OpenRouter's ":free" and the like), which has a price of its own. */
export function variantOf(modelId: string): string | null {
  return VARIANT.exec(modelId.trim().toLowerCase())?.[0] ?? null;
}

function strip(id: string): string {
  return id.replace(RELEASE, '').replace(PACKAGING, '');
}
