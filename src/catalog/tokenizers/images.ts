import { normalizeModelId } from '../model-id.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Of an image that is only named by an address: OpenAI's own example. */
const USUAL: ImageSize = { width: 1024, height: 1024 };

/** As `detail` says: "low" is a flat figure where the provider has one. */
type Rule = (size: ImageSize, detail: string) => number;

/**
 * The providers' published rules, the first that fits; those of OpenAI are the usual ones elsewhere.
 * OpenAI: platform.openai.com/docs/guides/images-vision ("Calculating costs"). Anthropic:
 * docs.anthropic.com/en/docs/build-with-claude/vision. Google: ai.google.dev/gemini-api/docs/tokens.
 */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/^claude/, anthropic],
  [/^gemini/, google],
  [/^gpt-(?:4-1|5)-mini(?:-|$)/, patches(1.62)],
  [/^gpt-(?:4-1|5)-nano(?:-|$)/, patches(2.46)],
  [/^o4-mini(?:-|$)/, patches(1.72)],
  [/^gpt-4o-mini(?:-|$)/, tiles(2833, 5667)],
  [/^gpt-5/, tiles(70, 140)],
  [/^o[13](?:-|$)/, tiles(75, 150)],
  [/^/, tiles(85, 170)],
];

/** Tokens of one image for a model in any provider's spelling; null = its size is not known. */
export function imageTokens(modelId: string, size: ImageSize | null, detail: string): number {
  const id = normalizeModelId(modelId);
  const rule = RULES.find(([pattern]) => pattern.test(id))?.[1] ?? tiles(85, 170);
  return Math.ceil(rule(size ?? USUAL, detail));
}

/** Fitted into 2,048 × 2,048, then to 768 on the short side; a base and so much for each tile of 512 × 512. */
function tiles(base: number, each: number): Rule {
  return (size, detail) => {
    if (detail === 'low') return base;
    const fitted = shrink(size, 2048 / Math.max(size.width, size.height));
    const { width, height } = shrink(fitted, 768 / Math.min(fitted.width, fitted.height));
    return base + each * parts(width, 512) * parts(height, 512);
  };
}

const MOST_PATCHES = 1536;

/** Patches of 32 × 32, made fewer by scaling down where there are too many, times the model's factor. */
function patches(factor: number): Rule {
  return ({ width, height }) => {
    const count = parts(width, 32) * parts(height, 32);
    if (count <= MOST_PATCHES) return count * factor;
    const rough = Math.sqrt((32 * 32 * MOST_PATCHES) / (width * height));
    const [across, down] = [(width * rough) / 32, (height * rough) / 32];
    const exact = rough * Math.min(Math.floor(across) / across, Math.floor(down) / down);
    // A strip of an image: one patch is the least there can be on a side.
    const fitted =
      Math.max(1, Math.round((width * exact) / 32)) * Math.max(1, Math.round((height * exact) / 32));
    return Math.min(fitted, MOST_PATCHES) * factor;
  };
}

/** At most 1,568 on the long side and about 1,600 tokens; a token for each 750 points. */
function anthropic(size: ImageSize): number {
  const { width, height } = shrink(size, 1568 / Math.max(size.width, size.height));
  return Math.min((width * height) / 750, 1600);
}

/** 258 for a small one and for each tile of 768 × 768. */
function google({ width, height }: ImageSize): number {
  return width <= 384 && height <= 384 ? 258 : 258 * parts(width, 768) * parts(height, 768);
}

function shrink({ width, height }: ImageSize, factor: number): ImageSize {
  return factor >= 1 ? { width, height } : { width: width * factor, height: height * factor };
}

/** What scaling leaves over by rounding is no part of its own. */
function parts(length: number, side: number): number {
  return Math.max(1, Math.ceil(length / side - 1e-9));
}
