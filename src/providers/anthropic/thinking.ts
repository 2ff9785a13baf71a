import type { JsonObject, JsonValue } from '../adapter.ts';
import { invalid, isObject } from './fields.ts';
import type { Turn } from './messages.ts';
import type { ModelTraits } from './model.ts';

type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** OpenAI's `reasoning_effort` → Anthropic's effort; "none" is handled apart, "max" is Anthropic's own. */
const EFFORTS: Readonly<Record<string, Effort>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
};

/**
 * Thinking tokens for models that take a budget. The API's minimum is 1,024; the rest are the steps that its page
 * on extended thinking recommends to try (4k, 10k, 16k, 32k).
 */
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 4096,
  medium: 10_240,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};
const MIN_BUDGET = 1024;
/** Left for the answer: max_tokens covers thinking and answer together. */
const ANSWER_SHARE = 0.25;

export interface Thinking {
  readonly thinking?: JsonObject;
  readonly effort?: Effort;
  /** The model will think: sampling parameters are then refused. */
  readonly isOn: boolean;
}

export interface ThinkingQuestion {
  readonly json: JsonObject;
  readonly traits: ModelTraits;
  readonly maxTokens: number;
  /** The tool choice forces a call. */
  readonly isToolForced: boolean;
  readonly messages: readonly Turn[];
}

/** `thinking`, in Anthropic's own form, is passed on untouched; else `reasoning_effort` decides. */
export function translateThinking(question: ThinkingQuestion): Thinking {
  const { json, traits } = question;
  const own = json['thinking'];
  const asked = askedEffort(json['reasoning_effort']);
  const effort = asked === null || asked === 'none' ? undefined : effortFor(asked, traits);
  if (isObject(own)) {
    const isOn = own['type'] !== 'disabled' && own['type'] !== 'between_tools';
    return { thinking: own, ...(effort === undefined ? {} : { effort }), isOn };
  }
  if (own !== undefined && own !== null) throw invalid('thinking', 'must be an object.');
  if (asked === null || traits.thinking === 'none') return { isOn: false };
  if (asked === 'none') return withoutThinking(traits);
  const mayThink = !question.isToolForced || traits.forcedToolWithThinking;
  if (traits.thinking === 'adaptive') {
    const base = effort === undefined ? {} : { effort };
    return mayThink
      ? { ...base, thinking: { type: 'adaptive', display: 'summarized' }, isOn: true }
      : { ...base, isOn: false };
  }
  return mayThink ? withBudget(asked, question) : { isOn: false };
}

function askedEffort(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && (value === 'none' || Object.hasOwn(EFFORTS, value))) return value;
  throw invalid('reasoning_effort', 'must be none, minimal, low, medium, high or xhigh.');
}

function effortFor(asked: string, traits: ModelTraits): Effort | undefined {
  if (traits.thinking !== 'adaptive') return undefined;
  const effort = EFFORTS[asked];
  return effort === 'xhigh' && !traits.xhighEffort ? 'high' : effort;
}

function withoutThinking(traits: ModelTraits): Thinking {
  if (traits.withoutThinking === 'disabled') return { thinking: { type: 'disabled' }, isOn: false };
  return traits.withoutThinking === 'impossible' ? { effort: 'low', isOn: true } : { isOn: false };
}

function withBudget(asked: string, { maxTokens, messages }: ThinkingQuestion): Thinking {
  const room = Math.floor(maxTokens * (1 - ANSWER_SHARE));
  const budget = Math.min(BUDGETS[asked] ?? MIN_BUDGET, room);
  if (budget < MIN_BUDGET || isUnthoughtToolLoop(messages)) return { isOn: false };
  return { thinking: { type: 'enabled', budget_tokens: budget }, isOn: true };
}

/**
 * A tool loop whose calls came back without their thinking (most OpenAI clients drop unknown members): with a
 * budget the API refuses it, so this one answer is given without thinking.
 */
function isUnthoughtToolLoop(messages: readonly Turn[]): boolean {
  const last = messages.findLast((turn) => turn.role === 'assistant');
  if (last === undefined || !last.content.some((block) => block.type === 'tool_use')) return false;
  const first = last.content[0]?.type;
  return first !== 'thinking' && first !== 'redacted_thinking';
}
