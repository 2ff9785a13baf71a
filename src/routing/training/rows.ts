import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readSignals, type RequestFeatures } from '../signals/read-signals.ts';

/** A labelled request. */
export interface LabelledRow {
  readonly id: string;
  readonly source: string;
  /** A category's key. */
  readonly label: string;
  /** Labels that would be as right. */
  readonly accept: readonly string[];
  readonly lang: string;
  /** The tier that it needs; null = its category's. */
  readonly tier: string | null;
  /** Written for this set, not taken from real use: it may train, but says little about real use. */
  readonly authored: boolean;
  readonly features: RequestFeatures;
}

const role = z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']);
const external = z.looseObject({
  id: z.string().optional(),
  source: z.string().default('external'),
  provenance: z.string().optional(),
  messages: z.array(z.looseObject({ role })).min(1),
  tools: z.array(z.unknown()).nullish(),
  label: z.string(),
  accept: z.array(z.string()).default([]),
  tier: z.string().nullish(),
  lang: z.string().default('und'),
  ship_ok: z.boolean().optional(),
});

/** Our own prompts: src/routing/training/prompts/<category>.jsonl. */
const own = z.strictObject({
  lang: z.string(),
  user: z.string().min(1),
  system: z.string().optional(),
  history: z.array(z.tuple([z.enum(['user', 'assistant']), z.string()])).optional(),
  tools: z.array(z.string()).optional(),
  accept: z.array(z.string()).optional(),
  tier: z.string().optional(),
});

const PROMPTS = join(import.meta.dirname, 'prompts');

/** Throws Error that names the file and line. */
export function ownRows(): LabelledRow[] {
  return readdirSync(PROMPTS)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .flatMap((name) => {
      const label = basename(name, '.jsonl');
      return readLines(join(PROMPTS, name), own).map((row, index): LabelledRow => {
        const messages = [
          ...(row.system === undefined ? [] : [{ role: 'system', content: row.system }]),
          ...(row.history ?? []).map(([who, content]) => ({ role: who, content })),
          { role: 'user', content: row.user },
        ];
        const tools = (row.tools ?? []).map((tool) => ({ type: 'function', function: { name: tool } }));
        return {
          id: `own-${label}-${index}`,
          source: 'own',
          label,
          accept: row.accept ?? [],
          lang: row.lang,
          tier: row.tier ?? null,
          authored: true,
          features: readSignals({ messages, ...(tools.length === 0 ? {} : { tools }) }),
        };
      });
    });
}

/**
 * Rows of an external JSONL file: `{id?, source?, messages, tools?, label, accept?, tier?, lang?, ship_ok?}` a line.
 * With `shippable`, rows that say `ship_ok: false` are left out: weights made from them may not be passed on.
 */
export function externalRows(file: string, { shippable }: { readonly shippable: boolean }): LabelledRow[] {
  return readLines(file, external).flatMap((row, index): LabelledRow[] => {
    if (shippable && row.ship_ok === false) return [];
    return [
      {
        id: row.id ?? `${basename(file)}-${index}`,
        source: row.source,
        label: row.label,
        accept: row.accept,
        lang: row.lang,
        tier: row.tier ?? null,
        authored: row.provenance === 'templated' || row.provenance === 'authored',
        features: readSignals({ messages: row.messages, ...(row.tools ? { tools: row.tools } : {}) }),
      },
    ];
  });
}

function readLines<Row>(file: string, schema: z.ZodType<Row>): Row[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [schema.parse(JSON.parse(line))];
      } catch (error) {
        throw new Error(`${file}:${index + 1}: ${String(error)}`, { cause: error });
      }
    });
}
