import { tidy } from '../definition.ts';
import type { Definition, Tuning } from '../definition.ts';

/** One setting of a rule set: how it is asked for. */
export interface Setting {
  readonly name: string;
  readonly label: string;
  readonly kind: 'share' | 'tier' | 'whole' | 'usd' | 'choice';
  readonly least?: number;
  readonly most?: number;
  readonly choices?: Readonly<Record<string, string>>;
  /** What counts when nobody says anything, as words. */
  readonly fallback: string;
}

export interface Group {
  /** The member of the definition, or of its overrides. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** Whether it can be switched. */
  readonly switched: boolean;
  /** On where nobody says anything. */
  readonly on?: boolean;
  readonly settings: readonly Setting[];
}

const MIN_TIER = { name: 'minTier', label: 'At least tier', kind: 'tier' } as const;

/** In the order in which they are applied. */
export const OVERRIDES: readonly Group[] = [
  {
    name: 'vision',
    label: 'Images',
    help: 'With an image in the request it needs tier low at least.',
    switched: true,
    on: true,
    settings: [],
  },
  {
    name: 'toolCalls',
    label: 'Tools in use',
    help: 'A tool is being used, or a known agent asks.',
    switched: true,
    on: true,
    settings: [{ ...MIN_TIER, fallback: 'medium' }],
  },
  {
    name: 'confidence',
    label: 'Low confidence',
    help: 'The classification is not sure enough. Only ever raises.',
    switched: true,
    on: true,
    settings: [
      { name: 'threshold', label: 'Surer than', kind: 'share', fallback: '0.4' },
      { ...MIN_TIER, fallback: 'medium' },
    ],
  },
  {
    name: 'domainGate',
    label: 'Sensitive subject',
    help: 'Law, medicine and money.',
    switched: true,
    on: true,
    settings: [{ ...MIN_TIER, fallback: 'medium' }],
  },
  {
    name: 'conversationTurns',
    label: 'Long conversation',
    help: 'One tier up, as long as it is below medium.',
    switched: true,
    on: false,
    settings: [
      { name: 'turns', label: 'From so many turns on', kind: 'whole', least: 2, most: 1000, fallback: '4' },
    ],
  },
  {
    name: 'frustration',
    label: 'Complaint',
    help: 'The last message complains about the answers before: one tier up.',
    switched: true,
    on: true,
    settings: [{ name: 'threshold', label: 'From this much on', kind: 'share', fallback: '0.6' }],
  },
  {
    name: 'outputLength',
    label: 'Long answer',
    help: 'A long answer is asked for.',
    switched: true,
    on: true,
    settings: [{ ...MIN_TIER, fallback: 'low' }],
  },
  {
    name: 'contextFill',
    label: 'Full context',
    help: 'The conversation fills this share of its model’s window: one tier up.',
    switched: true,
    on: true,
    settings: [{ name: 'share', label: 'From this share on', kind: 'share', fallback: '0.75' }],
  },
  {
    name: 'budgetEconomy',
    label: 'Daily budget',
    help: 'When so much of the day’s budget is spent: one tier down, never below a rule’s floor.',
    switched: true,
    on: true,
    settings: [
      { name: 'dailyBudget', label: 'USD a day (UTC)', kind: 'usd', fallback: 'no budget' },
      { name: 'share', label: 'From this share on', kind: 'share', fallback: '0.8' },
    ],
  },
];

export const THRESHOLDS: Group = {
  name: 'thresholds',
  label: 'Confidence',
  help: 'Below it the LLM classifier is asked, for tenants that have one.',
  switched: false,
  settings: [{ name: 'confidence', label: 'Surer than', kind: 'share', fallback: '0.65' }],
};

export const CLASSIFIER: Group = {
  name: 'classifier',
  label: 'LLM classifier',
  help: 'How it is asked. Whether, and which model, is each tenant’s own choice.',
  switched: false,
  settings: [
    { name: 'timeoutMs', label: 'Time in ms', kind: 'whole', least: 100, most: 30_000, fallback: '1500' },
    {
      name: 'strategy',
      label: 'It is shown',
      kind: 'choice',
      choices: {
        metadata_only: 'what was measured, no text',
        truncate: 'the beginning of the prompt',
        summary: 'less of the prompt',
      },
      fallback: 'the beginning of the prompt',
    },
    { name: 'dailyBudget', label: 'USD a day for its calls', kind: 'usd', fallback: 'no limit' },
  ],
};

/** Changes one setting; `undefined` takes it out, and with it whatever is empty then: it is inherited. */
export function putSetting(
  definition: Definition,
  group: Group,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value !== undefined) {
    tuningOf(definition, group)[name] = value;
    return;
  }
  if (!(name in readTuning(definition, group))) return;
  delete tuningOf(definition, group)[name];
  const tidied = tidy(JSON.parse(JSON.stringify(definition)) as Definition);
  for (const part of ['thresholds', 'classifier', 'overrides'] as const) {
    if (tidied[part] === undefined) delete definition[part];
  }
  if (definition.overrides !== undefined && tidied.overrides?.[group.name] === undefined) {
    delete definition.overrides[group.name];
  }
}

/** Where a group's settings stand in a definition, made when they are not there yet. */
function tuningOf(definition: Definition, group: Group): Tuning {
  if (group === CLASSIFIER) return (definition.classifier ??= {});
  if (group === THRESHOLDS) return (definition.thresholds ??= {});
  const overrides = (definition.overrides ??= {});
  return (overrides[group.name] ??= {});
}

/** The same, only to read. */
export function readTuning(definition: Definition, group: Group): Readonly<Tuning> {
  if (group === CLASSIFIER) return definition.classifier ?? {};
  if (group === THRESHOLDS) return definition.thresholds ?? {};
  return definition.overrides?.[group.name] ?? {};
}

/** As the server names a group in errors. */
export function pathOf(group: Group): string {
  return group === CLASSIFIER || group === THRESHOLDS
    ? `definition.${group.name}`
    : `definition.overrides.${group.name}`;
}
