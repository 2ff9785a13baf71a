import { uuidv7 } from 'uuidv7';
import type { RequestRecord, RequestStatus } from '../accounting/record.ts';
import { costOf } from '../accounting/cost.ts';
import { NO_USAGE, type TokenUsage } from '../accounting/usage.ts';
import type { ServedModel } from '../runtime/view.ts';

export interface DemoTraffic {
  readonly tenantId: string;
  readonly keyId: string;
  /** What the tenant can use; the weights below pick from it by id. */
  readonly models: readonly ServedModel[];
  /** What routed requests are compared with; null = nothing is routed. */
  readonly baseline: ServedModel | null;
  /** Unix ms: the traffic ends here. */
  readonly until: number;
  readonly days: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

const DAY_MS = 86_400_000;
const WORKDAY_REQUESTS = 420;
const WEEKEND_REQUESTS = 70;
/** Of the requests that the router could place. */
const ROUTED_SHARE = 0.6;
const USERS = ['anna', 'ben', 'chris', 'dana', 'elif', 'ci-pipeline', 'support-bot', 'search-index'];
/** Of 24 hours, UTC: two humps with lunch between them, and something always runs. */
const HOURS = [1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 11, 9, 13, 15, 14, 11, 7, 4, 3, 2, 2, 1, 1];

interface Habit {
  readonly model: string;
  readonly weight: number;
  /** What the router places here, from the plain to the demanding; the rest names the model. */
  readonly categories: readonly string[];
  /** Typical prompt and answer, in tokens. */
  readonly input: number;
  readonly output: number;
  /** Share of the prompt that comes from the provider's cache. */
  readonly cached: number;
  /** Share of the answer that is reasoning. */
  readonly reasoning: number;
  /** Until the first token, and for each token, in ms. */
  readonly firstMs: number;
  readonly tokenMs: number;
}

const HABITS: readonly Habit[] = [
  {
    model: 'sim-mini',
    weight: 45,
    categories: ['smalltalk_simple', 'translation', 'summarization_short'],
    input: 900,
    output: 160,
    cached: 0.1,
    reasoning: 0,
    firstMs: 90,
    tokenMs: 6,
  },
  {
    model: 'sim-chat',
    weight: 30,
    categories: ['code_generation', 'sql_generation', 'creative_writing'],
    input: 2_400,
    output: 380,
    cached: 0.35,
    reasoning: 0,
    firstMs: 220,
    tokenMs: 16,
  },
  {
    model: 'sim-large',
    weight: 8,
    categories: ['code_review', 'summarization_long'],
    input: 14_000,
    output: 900,
    cached: 0.55,
    reasoning: 0,
    firstMs: 520,
    tokenMs: 25,
  },
  {
    model: 'sim-reasoning',
    weight: 7,
    categories: ['math_complex', 'reasoning_formal'],
    input: 3_000,
    output: 1_800,
    cached: 0.2,
    reasoning: 0.7,
    firstMs: 700,
    tokenMs: 16,
  },
  {
    model: 'sim-embedding',
    weight: 10,
    categories: [],
    input: 500,
    output: 0,
    cached: 0,
    reasoning: 0,
    firstMs: 25,
    tokenMs: 0,
  },
];

/** Believable requests of the past days, oldest first; the same random numbers give the same traffic. */
export function* demoTraffic(traffic: DemoTraffic): Generator<RequestRecord> {
  const { until, days, random } = traffic;
  for (let day = days; day > 0; day -= 1) {
    const start = until - day * DAY_MS;
    const weekday = new Date(start).getUTCDay();
    const busy = weekday === 0 || weekday === 6 ? WEEKEND_REQUESTS : WORKDAY_REQUESTS;
    // It grows over the month, and no day is like another.
    const count = Math.round(busy * (0.7 + 0.5 * (1 - day / days)) * (0.85 + 0.3 * random()));
    const times = Array.from({ length: count }, () => start + momentOfDay(start, random)).sort(
      (a, b) => a - b,
    );
    for (const at of times) yield requestAt(at, traffic);
  }
}

function momentOfDay(start: number, random: () => number): number {
  const offsetHours = new Date(start).getUTCHours();
  const hour =
    (pick(
      HOURS.map((weight, index) => ({ weight, index })),
      random,
    ).index -
      offsetHours +
      24) %
    24;
  return Math.floor((hour + random()) * 3_600_000);
}

function requestAt(at: number, traffic: DemoTraffic): RequestRecord {
  const { tenantId, keyId, models, random } = traffic;
  const habit = pick(
    HABITS.filter((it) => models.some((served) => served.model.id === it.model)),
    random,
  );
  const served = models.find((it) => it.model.id === habit.model);
  if (served === undefined) throw new RangeError('the demo tenant can use none of the simulated models');
  const status = statusOf(random());
  const usage = status === 'error' ? NO_USAGE : usageOf(habit, random, status === 'aborted' ? 0.4 : 1);
  const cost = costOf(usage, served.price);
  const category =
    random() < ROUTED_SHARE ? (habit.categories[Math.floor(random() * habit.categories.length)] ?? '') : '';
  const baseline = category === '' ? null : traffic.baseline;
  const compared = baseline === null ? cost : costOf(usage, baseline.price);
  const ttft = Math.round(habit.firstMs * (0.7 + 0.9 * random()));
  const duration =
    status === 'error'
      ? 30 + 400 * random()
      : ttft + usage.outputTokens * habit.tokenMs * (0.8 + 0.4 * random());
  const embedding = served.model.kind === 'embedding';
  return {
    id: uuidv7(),
    at,
    tenantId,
    keyId,
    providerId: served.provider.id,
    providerSlug: served.provider.slug,
    operation: embedding ? 'embeddings' : 'chat',
    requestedModel: baseline === null ? served.model.id : 'auto',
    model: served.model.id,
    baselineModel: (baseline ?? served).model.id,
    category: baseline === null ? '' : category,
    costTier: served.model.tier ?? '',
    autoRouted: baseline !== null,
    userName: embedding ? 'search-index' : (USERS[Math.floor(random() ** 1.6 * (USERS.length - 1))] ?? ''),
    sessionId: '',
    status,
    httpStatus: status === 'error' ? 503 : 200,
    errorType: status === 'error' ? 'provider_error' : '',
    errorCode: '',
    errorMessage: status === 'error' ? `Provider '${served.provider.slug}' is unavailable.` : '',
    streamed: !embedding && random() < 0.7,
    durationMs: Math.round(duration),
    ttftMs: status === 'error' ? null : ttft,
    attempts: status === 'error' ? 2 : 1,
    contextFallback: false,
    usage,
    usageEstimated: status === 'aborted',
    priced: cost.priced,
    actualCostPico: cost.pico,
    baselineCostPico: compared.pico,
    trace: null,
    snapshot: null,
  };
}

function statusOf(dice: number): RequestStatus {
  return dice < 0.012 ? 'error' : dice < 0.03 ? 'aborted' : 'success';
}

/** Sizes of prompts and answers spread like real ones: many small, few very large. */
function usageOf(habit: Habit, random: () => number, share: number): TokenUsage {
  const spread = (): number => Math.exp((random() + random() + random() - 1.5) * 1.2);
  const inputTokens = Math.max(5, Math.round(habit.input * spread()));
  const outputTokens = Math.round(habit.output * spread() * share);
  return {
    ...NO_USAGE,
    inputTokens,
    cachedTokens: random() < 0.6 ? Math.round(inputTokens * habit.cached) : 0,
    outputTokens,
    reasoningTokens: Math.round(outputTokens * habit.reasoning),
  };
}

function pick<Item extends { readonly weight: number }>(items: readonly Item[], random: () => number): Item {
  let left = random() * items.reduce((sum, item) => sum + item.weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError('there is nothing to pick from');
  return last;
}
