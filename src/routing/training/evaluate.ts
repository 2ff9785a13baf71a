/**
 * `npm run eval:router [-- --data rows.jsonl] [-- --quality scored.jsonl] [-- --json]`: the report card of the router.
 * `--data`: labelled rows (rows.ts); `--quality`: `{set, prompt, scores: {model: score}, out_tokens?}` a
 * line, for what routing between the weakest and the strongest of a set is worth; with `--held` only of the prompts
 * that `train.ts --scored` keeps out of training.
 */
import { cpus } from 'node:os';
import type { Classifier, Reading } from '../classifier/classifier.ts';
import { readSignals } from '../signals/read-signals.ts';
import { rank } from '../tiers.ts';
import { familyOf } from './across-sources.ts';
import { figuresOf, type Figures } from './figures.ts';
import { scoredRows } from './gain.ts';
import { LABELS, LABEL_NAMES, type Label } from './labels.ts';
import { isKnown } from './learn.ts';
import { crossValidate, judge, openShipped } from './own-set.ts';
import { qualityOf, type QualityFigures } from './quality.ts';
import { externalRows, ownRows } from './rows.ts';

/** Everything that the report says; shares from 0 to 1. */
export interface Report {
  /** Our own prompts, by cross-validation; those of other files, by the weights that ship. */
  readonly own: Figures;
  readonly german: Figures;
  readonly english: Figures;
  /** Share of prompts whose category another wording of the same changes, by the kind of edit. */
  readonly flips: Readonly<Record<string, number>>;
  readonly external: Readonly<Record<string, Figures>>;
  readonly quality: Readonly<Record<string, QualityFigures>>;
  /** Signals and classification of a prompt of 4,000 tokens, µs. */
  readonly micros: { readonly p50: number; readonly p99: number };
}

/**
 * What routing by demand is worth for the weakest and the strongest model of each set. `heldOnly`: only the prompts that
 * no weights were trained on, where they were trained on the others of the file (train.ts `--scored`).
 */
function qualityBySet(
  classifier: Classifier,
  file: string,
  heldOnly: boolean,
): Record<string, QualityFigures> {
  const rows = scoredRows(file).filter((row) => row.held || !heldOnly);
  const named = Map.groupBy(rows, ({ set, weakName, strongName }) => `${set}: ${weakName} → ${strongName}`);
  return Object.fromEntries(
    [...named].map(([name, all]) => [
      name,
      qualityOf(
        all.map(({ features: { texts, signals }, weak, strong, weakTokens, strongTokens }) => ({
          weak,
          strong,
          demand: demandOf(classifier.read(texts, signals)),
          weakCost: 0.05 * weakTokens,
          strongCost: strongTokens,
        })),
      ),
    ]),
  );
}

/** What a strong model is expected to gain, and how demanding the kinds of task are that it may be. */
function demandOf({ probabilities, gain }: Reading): number {
  const tier = LABEL_NAMES.reduce(
    (sum, label, at) => sum + (probabilities[at] ?? 0) * rank(LABELS[label as Label]),
    0,
  );
  return gain + TIER_WORTH * tier;
}

/** What a tier more counts beside the expected gain; found on scored prompts that nothing was trained on. */
const TIER_WORTH = 0.08;

const [PROMPTS, WARM_UP, MEASURED] = [60, 600, 1_500];

/** Sixty prompts of 4,000 tokens each, made of our own. */
function speed(classifier: Classifier): Report['micros'] {
  const texts = ownRows().map((row) => row.features.texts.lastUser);
  const bodies = Array.from({ length: PROMPTS }, (_, prompt) => {
    let text = '';
    for (let next = prompt * 97; text.length < 16_000; next += 31)
      text += `${texts[next % texts.length] ?? ''}\n`;
    return { messages: [{ role: 'user', content: text.slice(0, 16_000) }] };
  });
  const micros: number[] = [];
  for (let round = 0; round < WARM_UP + MEASURED; round += 1) {
    const startedAt = performance.now();
    const { texts: said, signals } = readSignals(bodies[round % PROMPTS] ?? {});
    classifier.classify(said, signals);
    if (round >= WARM_UP) micros.push((performance.now() - startedAt) * 1_000);
  }
  micros.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(micros[Math.floor(micros.length * share)] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}

/** Makes the whole report; `data` and `quality` are files. */
export function makeReport(options: {
  readonly data: readonly string[];
  readonly quality: readonly string[];
  readonly heldOnly: boolean;
}): Report {
  const classifier = openShipped();
  const { judged: own, flips } = crossValidate(ownRows());
  const external = options.data.flatMap((file) => externalRows(file, { shippable: false })).filter(isKnown);
  const families = Map.groupBy(
    external.filter((row) => !row.authored),
    (row) => familyOf(row.source),
  );
  return {
    own: figuresOf(own, 1),
    german: figuresOf(
      own.filter(({ row }) => row.lang === 'de'),
      1,
    ),
    english: figuresOf(
      own.filter(({ row }) => row.lang === 'en'),
      1,
    ),
    flips,
    external: Object.fromEntries(
      [...families].map(([family, rows]) => [family, figuresOf(judge(classifier, rows), 1)]),
    ),
    quality: Object.assign(
      {},
      ...options.quality.map((file) => qualityBySet(classifier, file, options.heldOnly)),
    ) as Report['quality'],
    micros: speed(classifier),
  };
}

function print(report: Report): void {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  line(`${cpus()[0]?.model ?? ''}, Node ${process.version}\n`);
  line(
    '| prompts | rows | strict | lenient | macro-F1 | tier | under | calibration error |\n|---|---|---|---|---|---|---|---|',
  );
  const row = (name: string, it: Figures): void => {
    const cells = [it.strict, it.lenient, it.macroF1, it.tier, it.under, it.calibration];
    line(`| ${name} | ${it.rows} | ${cells.map((value) => value.toFixed(3)).join(' | ')} |`);
  };
  row('our own', report.own);
  row('our own, English', report.english);
  row('our own, German', report.german);
  for (const [family, it] of Object.entries(report.external)) row(family, it);
  line('\n| edit | category changes |\n|---|---|');
  for (const [edit, share] of Object.entries(report.flips))
    line(`| ${edit} | ${(share * 100).toFixed(1)} % |`);
  line(`\nSignals and classification of 4,000 tokens: ${report.micros.p50} µs, p99 ${report.micros.p99} µs`);
  for (const [name, it] of Object.entries(report.quality)) {
    line(
      `${name}: ${it.prompts} prompts, ${it.weak.toFixed(3)} → ${it.strong.toFixed(3)}; APGR ${it.apgr.toFixed(2)}, CPT50 ${it.cpt50.toFixed(2)}, CPT80 ${it.cpt80.toFixed(2)}, 95 % at ${it.share95.toFixed(2)} of the calls (random ${it.random95.toFixed(2)}), cost ${it.cost95.toFixed(2)}`,
    );
  }
  line('\nCommonest mistakes on our own prompts:');
  for (const { truth, said, rows } of report.own.confusions.slice(0, 12))
    line(`- ${truth} taken for ${said}: ${rows}`);
}

if (import.meta.main) {
  const valuesOf = (name: string): string[] =>
    process.argv.flatMap((argument, at, all) => (argument === name ? [all[at + 1] ?? ''] : []));
  const report = makeReport({
    data: valuesOf('--data'),
    quality: valuesOf('--quality'),
    heldOnly: process.argv.includes('--held'),
  });
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report);
}
