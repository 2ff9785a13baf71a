/**
 * `npm run eval:router [-- --data rows.jsonl] [-- --quality scored.jsonl] [-- --json]`: the report card of the router.
 * `--data`: labelled rows (rows.ts); `--quality`: `{set, prompt, scores: {model: score}, out_tokens?}` a
 * line, for what routing between the weakest and the strongest of a set is worth; `--sets mmlu,gsm8k`: those that
 * `train.ts --scored` was given, whose prompts are judged by what was learnt from others alone (worth.ts).
 */
import { cpus } from 'node:os';
import type { Classifier } from '../classifier/classifier.ts';
import { readSignals } from '../signals/read-signals.ts';
import { familyOf } from './across-sources.ts';
import { figuresOf, type Figures } from './figures.ts';
import { isKnown } from './learn.ts';
import { crossValidate, judge, openShipped } from './own-set.ts';
import type { QualityFigures } from './quality.ts';
import { externalRows, ownRows } from './rows.ts';
import { worthBySet } from './worth.ts';

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
  /** Sets of scored prompts that the weights were taught. */
  readonly taught: readonly string[];
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
      ...options.quality.map((file) => worthBySet(file, new Set(options.taught))),
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
      `${name}: ${it.prompts} prompts, ${it.weak.toFixed(3)} → ${it.strong.toFixed(3)}; APGR ${it.apgr.toFixed(2)}, CPT50 ${it.cpt50.toFixed(2)}, CPT80 ${it.cpt80.toFixed(2)}, 95 % at ${it.share95.toFixed(2)} of the calls (${it.interval95.map((share) => share.toFixed(2)).join(' to ')}; random ${it.random95.toFixed(2)}), cost ${it.cost95.toFixed(2)}`,
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
    taught: valuesOf('--sets').flatMap((value) => value.split(',')),
  });
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report);
}
