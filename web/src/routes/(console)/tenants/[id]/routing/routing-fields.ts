/** Everything that a tenant's `routing` may say, as the page shows it. Bounds are the server's (routing/settings.ts). */

interface Common {
  /** Where it stands in `routing`. */
  readonly path: string;
  readonly label: string;
  readonly help: string;
}

export type RoutingField = Common &
  (
    | {
        readonly kind: 'choice';
        readonly options: readonly { readonly value: string; readonly label: string }[];
      }
    | {
        readonly kind: 'number';
        readonly min: number;
        readonly max: number;
        readonly step: number;
        readonly unit?: string;
        /** Empty = this, which `null` stores. */
        readonly none?: string;
      }
    | { readonly kind: 'switch' }
    | { readonly kind: 'tier' }
    | { readonly kind: 'model'; readonly none: string }
    | { readonly kind: 'models' }
  );

export interface RoutingGroup {
  readonly title: string;
  readonly help: string;
  /** Its switch; the other fields mean nothing while it is off. */
  readonly toggle?: string;
  readonly fields: readonly RoutingField[];
}

const SHARE = { kind: 'number', min: 0, max: 1, step: 0.05 } as const;
const MIN_TIER = { kind: 'tier', label: 'At least' } as const;

function toggle(name: string): RoutingField {
  return { kind: 'switch', path: `overrides.${name}.enabled`, label: 'In force', help: '' };
}

export const BASICS: readonly RoutingField[] = [
  {
    kind: 'choice',
    path: 'costMode',
    label: 'Cost mode',
    help: 'How the model is chosen among those of the tier that a request needs.',
    options: [
      { value: 'economy', label: 'Economy: the cheapest that will do' },
      { value: 'balanced', label: 'Balanced: quality for its price' },
      { value: 'quality', label: 'Quality: the best of the tier' },
    ],
  },
  {
    kind: 'choice',
    path: 'forced',
    label: 'Requests that name a model',
    help: 'Whether they are routed, too. None is ever moved to a dearer model; a request keeps its model with the header x-prism-routing: keep.',
    options: [
      { value: 'off', label: 'Off: they get the model they name' },
      { value: 'fim_only', label: 'Code completion only (fill in the middle)' },
      { value: 'smart', label: 'Smart: easy work moves to a cheaper model' },
      { value: 'all', label: 'All: everything is routed, never to a dearer one' },
    ],
  },
  {
    kind: 'number',
    path: 'tierBoost',
    label: 'Tier boost',
    help: 'Added to every tier: −1 takes a tier less than a request seems to need, 1 a tier more.',
    min: -2,
    max: 2,
    step: 1,
  },
  {
    kind: 'model',
    path: 'baselineModel',
    label: 'Baseline model',
    help: 'What savings are measured against. Without one none are claimed for requests to “auto”.',
    none: 'none',
  },
];

export const OVERRIDES: readonly RoutingGroup[] = [
  {
    title: 'Images',
    help: 'A request with an image gets at least the tier low, so that a model that sees answers it.',
    toggle: 'overrides.vision.enabled',
    fields: [toggle('vision')],
  },
  {
    title: 'Tool calls',
    help: 'Work with tools that is under way, or that must call one, gets a tier that can do it.',
    toggle: 'overrides.toolCalls.enabled',
    fields: [
      toggle('toolCalls'),
      { ...MIN_TIER, path: 'overrides.toolCalls.minTier', help: 'Lower tiers are raised to this one.' },
    ],
  },
  {
    title: 'Low confidence',
    help: 'Where the classifier is unsure what a request is, a better model is taken.',
    toggle: 'overrides.confidence.enabled',
    fields: [
      toggle('confidence'),
      { ...SHARE, path: 'overrides.confidence.threshold', label: 'Below', help: 'Confidence from 0 to 1.' },
      { ...MIN_TIER, path: 'overrides.confidence.minTier', help: 'Lower tiers are raised to this one.' },
    ],
  },
  {
    title: 'Domain gate',
    help: 'Law, medicine and finance: where a wrong answer costs more than a better model.',
    toggle: 'overrides.domainGate.enabled',
    fields: [
      toggle('domainGate'),
      { ...MIN_TIER, path: 'overrides.domainGate.minTier', help: 'Lower tiers are raised to this one.' },
    ],
  },
  {
    title: 'Long conversations',
    help: 'From so many turns on, tiers below medium go one up: what takes long is seldom easy.',
    toggle: 'overrides.conversationTurns.enabled',
    fields: [
      toggle('conversationTurns'),
      {
        kind: 'number',
        path: 'overrides.conversationTurns.turns',
        label: 'From turn',
        help: '',
        min: 2,
        max: 1000,
        step: 1,
      },
    ],
  },
  {
    title: 'Frustration',
    help: 'When the last message complains of the answers before, the tier goes one up.',
    toggle: 'overrides.frustration.enabled',
    fields: [
      toggle('frustration'),
      { ...SHARE, path: 'overrides.frustration.threshold', label: 'From', help: 'How much, from 0 to 1.' },
    ],
  },
  {
    title: 'Long answers',
    help: 'A request that asks for a long text gets at least this tier.',
    toggle: 'overrides.outputLength.enabled',
    fields: [
      toggle('outputLength'),
      { ...MIN_TIER, path: 'overrides.outputLength.minTier', help: 'Lower tiers are raised to this one.' },
    ],
  },
  {
    title: 'Full context',
    help: 'When a conversation has filled this share of its model’s window, the tier goes one up.',
    toggle: 'overrides.contextFill.enabled',
    fields: [
      toggle('contextFill'),
      { ...SHARE, path: 'overrides.contextFill.share', label: 'From', help: 'Share of the window, 0 to 1.' },
    ],
  },
  {
    title: 'Daily budget',
    help: 'From a share of the day’s budget on (days of UTC), the tier goes one down, never below what a rule asks for.',
    toggle: 'overrides.budgetEconomy.enabled',
    fields: [
      toggle('budgetEconomy'),
      {
        kind: 'number',
        path: 'overrides.budgetEconomy.dailyBudget',
        label: 'Budget a day',
        help: 'Without one it never applies.',
        min: 0.01,
        max: 1e9,
        step: 0.01,
        unit: 'USD',
        none: 'none',
      },
      {
        ...SHARE,
        path: 'overrides.budgetEconomy.share',
        label: 'From',
        help: 'Share of the budget, 0 to 1.',
      },
    ],
  },
];

/** The model is the switch: without one nobody is asked. */
export const LLM_MODEL: RoutingField = {
  kind: 'model',
  path: 'llm.model',
  label: 'Model',
  help: 'A small, fast one. Its calls are rows of their own in the log (routing_classifier), and what they cost counts against what is saved.',
  none: '',
};

export const LLM: readonly RoutingField[] = [
  {
    kind: 'models',
    path: 'llm.fallbacks',
    label: 'Fallbacks',
    help: 'Tried in this order, within the same time, when the model fails; five at most.',
  },
  {
    ...SHARE,
    path: 'llm.threshold',
    label: 'Asked below a confidence of',
    help: 'Where the local classifier is surer than this, nobody is asked. 0 to 1.',
  },
  {
    kind: 'number',
    path: 'llm.timeoutMs',
    label: 'Time',
    help: 'After it the local classifier’s word counts.',
    min: 100,
    max: 30_000,
    step: 100,
    unit: 'ms',
  },
  {
    kind: 'choice',
    path: 'llm.strategy',
    label: 'What it is shown',
    help: 'How much of a prompt goes to the classifying model.',
    options: [
      { value: 'metadata_only', label: 'Only measures, no text' },
      { value: 'truncate', label: 'The beginning and the end of the last message' },
      { value: 'summary', label: 'The same, much shorter' },
    ],
  },
  {
    kind: 'number',
    path: 'llm.dailyBudget',
    label: 'Budget a day',
    help: 'When it is spent, nobody is asked until the next day (UTC).',
    min: 0,
    max: 1e9,
    step: 0.01,
    unit: 'USD',
    none: 'no limit',
  },
];

export const ALL_FIELDS: readonly RoutingField[] = [
  ...BASICS,
  ...OVERRIDES.flatMap(({ fields }) => fields),
  LLM_MODEL,
  ...LLM,
];
