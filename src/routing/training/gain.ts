import { hashText } from '../classifier/hash.ts';
import type { RequestFeatures } from '../signals/read-signals.ts';
import { rank } from '../tiers.ts';
import { LABELS, type Label } from './labels.ts';
import { isKnown, type RowFeatures } from './learn.ts';
import { ridge, type SparseRow } from './ridge.ts';
import { ownRows } from './rows.ts';
import type { ScoredRow } from './scored.ts';

/** How much better the strong model's answer is, by features: in the order of a model's hashes, `hashes`, and the dense. */
export interface FittedGain {
  /** Features that the model has no row for. */
  readonly hashes: Int32Array;
  readonly weights: Float32Array;
  readonly bias: number;
}

/** What is said where nothing has been measured. */
export function noGain(rows: number): FittedGain {
  return { hashes: new Int32Array(0), weights: new Float32Array(rows), bias: 0 };
}

/** What was found best by cross-validation over all scored prompts (docs/router-report.md). */
const RECIPE = {
  /** Features in fewer prompts say nothing of others. */
  leastRows: 10,
  penalty: 300,
  /** Rare features count more, by this power of how much they tell. */
  rarity: 0.5,
  /** A single prompt gains everything or nothing: so much of its target is the mean of its subject instead. */
  ofSubject: 0.3,
  /** So many prompts at the mean of all are added to each subject's. */
  prior: 20,
  /** An ordinary prompt counts so much of a scored one, and is taken to gain so much more than the mean a tier. */
  ordinary: 0.3,
  aTier: 0.1,
};

/** A scored prompt to learn from. */
export interface GainRow {
  readonly features: RowFeatures;
  readonly gain: number;
  readonly subject: string;
}

/** A prompt that nobody has scored, with the rank of its tier. */
export interface OrdinaryRow {
  readonly features: RowFeatures;
  readonly tier: number;
}

/** Our own prompts, as ordinary ones. */
export function ordinaryRows(read: (features: RequestFeatures) => RowFeatures): OrdinaryRow[] {
  return ownRows()
    .filter(isKnown)
    .map((row) => ({ features: read(row.features), tier: rank(LABELS[row.label as Label]) }));
}

/** A lesson from a scored prompt. */
export function lessonOf({ set, subject, weak, strong }: ScoredRow, features: RowFeatures): GainRow {
  return { features, gain: strong - weak, subject: `${set} ${subject}` };
}

/**
 * Ridge regression over the hashed features; the dense ones have no weight (they made it worse). `ordinary` keeps what
 * is learnt of exams from speaking of everything else: what a word gains there says little of it elsewhere. `known`:
 * hashes that a model has rows for anyway.
 */
export function learnGain(
  rows: readonly GainRow[],
  ordinary: readonly OrdinaryRow[],
  known: Int32Array,
): FittedGain {
  const dense = rows[0]?.features.dense.length ?? 0;
  const counts = new Map<number, number>();
  for (const { features } of rows)
    for (const hash of features.hash) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const used = [...counts].filter(([, count]) => count >= RECIPE.leastRows).map(([hash]) => hash);
  const placeOf = new Map(used.map((hash, place) => [hash, place]));
  const factors = used.map((hash) => Math.log(rows.length / (counts.get(hash) ?? 1)) ** RECIPE.rarity);
  const { targets, mean } = targetsOf(rows);
  const meanTier = ordinary.reduce((sum, { tier }) => sum + tier, 0) / Math.max(1, ordinary.length);
  // A row that counts less is a smaller one.
  const size = Math.sqrt(RECIPE.ordinary);
  const smaller = factors.map((factor) => factor * size);
  const fitted = ridge(
    [
      ...rows.map(({ features }) => placed(features, placeOf, factors)),
      ...ordinary.map(({ features }) => placed(features, placeOf, smaller)),
    ],
    [
      ...targets.map((target) => target - mean),
      ...ordinary.map(({ tier }) => size * RECIPE.aTier * (tier - meanTier)),
    ],
    used.length,
    RECIPE.penalty,
  );
  const weightOf = (hash: number): number => {
    const place = placeOf.get(hash);
    return place === undefined ? 0 : (fitted[place] ?? 0) * (factors[place] ?? 0);
  };
  const has = new Set(known);
  const hashes = Int32Array.from(used.filter((hash) => !has.has(hash)));
  const weights = Float32Array.from([...known, ...hashes], weightOf);
  const all = new Float32Array(weights.length + dense);
  all.set(weights);
  return { hashes, weights: all, bias: mean };
}

function placed(
  { hash, value }: RowFeatures,
  placeOf: ReadonlyMap<number, number>,
  factors: readonly number[],
): SparseRow {
  const [places, values]: [number[], number[]] = [[], []];
  for (const [at, its] of hash.entries()) {
    const place = placeOf.get(its);
    if (place === undefined) continue;
    places.push(place);
    values.push((value[at] ?? 0) * (factors[place] ?? 0));
  }
  return { places: Int32Array.from(places), values: Float64Array.from(values) };
}

/** Each prompt's gain, part of it the mean of its subject. */
function targetsOf(rows: readonly GainRow[]): { targets: number[]; mean: number } {
  const means = meansOf(rows);
  const targets = rows.map(
    ({ gain, subject }) => (1 - RECIPE.ofSubject) * gain + RECIPE.ofSubject * (means.get(subject) ?? gain),
  );
  return { targets, mean: targets.reduce((sum, its) => sum + its, 0) / Math.max(1, targets.length) };
}

/** The mean gain of each subject, drawn towards that of all prompts. */
export function meansOf(rows: readonly Omit<GainRow, 'features'>[]): ReadonlyMap<string, number> {
  const mean = rows.reduce((sum, { gain }) => sum + gain, 0) / Math.max(1, rows.length);
  return new Map(
    [...Map.groupBy(rows, ({ subject }) => subject)].map(([subject, some]) => [
      subject,
      (some.reduce((sum, { gain }) => sum + gain, 0) + RECIPE.prior * mean) / (some.length + RECIPE.prior),
    ]),
  );
}

export const PARTS = 5;

/** Which of the parts a scored prompt is judged in, by the heads that have learnt from the others alone. */
export function partOf(row: ScoredRow): number {
  return (hashText(row.features.texts.lastUser, PART_SEED) >>> 0) % PARTS;
}

const PART_SEED = 11;
