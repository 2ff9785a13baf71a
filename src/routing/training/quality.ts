import { generator } from './fit.ts';

/**
 * What routing between a weak and a strong model is worth, as RouteLLM measures it (Ong et al., 2024): the share of
 * calls that go to the strong model against the share of its lead that is kept.
 */
export interface ScoredPrompt {
  readonly weak: number;
  readonly strong: number;
  /** What the router makes of it: the higher, the sooner the strong model is asked. */
  readonly demand: number;
  /** Cost of each model's answer, in any unit. */
  readonly weakCost: number;
  readonly strongCost: number;
}

export interface QualityFigures {
  readonly prompts: number;
  readonly weak: number;
  readonly strong: number;
  /** Area under recovered gap over share of strong calls; at random 0.5. */
  readonly apgr: number;
  /** Share of strong calls that keeps half, and 80 %, of the lead. */
  readonly cpt50: number;
  readonly cpt80: number;
  /** Share of strong calls for 95 % of the strong model's quality, at random the same, and the cost at that point. */
  readonly share95: number;
  /** Where the share for 95 % lies in 95 of 100 draws of as many prompts from these: few prompts tell little. */
  readonly interval95: readonly [low: number, high: number];
  readonly random95: number;
  readonly cost95: number;
}

export function qualityOf(prompts: readonly ScoredPrompt[]): QualityFigures {
  const n = prompts.length;
  const weak = mean(prompts.map((it) => it.weak));
  const strong = mean(prompts.map((it) => it.strong));
  const order = prompts.toSorted((a, b) => b.demand - a.demand);
  const gap = strong - weak;
  const qualityAt: number[] = [weak];
  const costAt: number[] = [prompts.reduce((sum, it) => sum + it.weakCost, 0)];
  for (const it of order) {
    qualityAt.push((qualityAt.at(-1) ?? 0) + (it.strong - it.weak) / n);
    costAt.push((costAt.at(-1) ?? 0) + it.strongCost - it.weakCost);
  }
  const recovered = qualityAt.map((quality) => (quality - weak) / gap);
  const firstAt = (reached: (quality: number, at: number) => boolean): number =>
    qualityAt.findIndex((quality, at) => reached(quality, at)) / n;
  const at95 = qualityAt.findIndex((quality) => quality >= strong * 0.95);
  return {
    prompts: n,
    weak,
    strong,
    apgr: mean(recovered),
    cpt50: firstAt((_, at) => (recovered[at] ?? 0) >= 0.5),
    cpt80: firstAt((_, at) => (recovered[at] ?? 0) >= 0.8),
    share95: at95 / n,
    interval95: intervalOf(order),
    random95: Math.min(1, Math.max(0, (strong * 0.95 - weak) / gap)),
    cost95: (costAt[at95] ?? 0) / (costAt.at(-1) || 1),
  };
}

const DRAWS = 400;

/** Bootstrap over prompts in the router's order; the same prompts give the same interval. */
function intervalOf(order: readonly ScoredPrompt[]): [low: number, high: number] {
  const n = order.length;
  const random = generator(1);
  const drawn = new Uint16Array(n);
  const shares = Array.from({ length: DRAWS }, () => {
    drawn.fill(0);
    for (let draw = 0; draw < n; draw += 1) {
      const at = Math.floor(random() * n);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    let [quality, strong] = [0, 0];
    for (const [at, it] of order.entries()) {
      quality += (drawn[at] ?? 0) * it.weak;
      strong += (drawn[at] ?? 0) * it.strong;
    }
    let calls = 0;
    for (const [at, it] of order.entries()) {
      if (quality >= strong * 0.95) break;
      quality += (drawn[at] ?? 0) * (it.strong - it.weak);
      calls += drawn[at] ?? 0;
    }
    return calls / n;
  }).toSorted((a, b) => a - b);
  return [shares[Math.floor(DRAWS * 0.025)] ?? 0, shares[Math.floor(DRAWS * 0.975)] ?? 0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
