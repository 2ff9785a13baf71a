import type { TierName } from '#lib/decision/tiers.ts';

/**
 * What a rule set says, as the server keeps it: what is left out is inherited. The server checks it; here it is only
 * read and edited, and members that this console does not know stay as they are.
 */
export interface Definition {
  thresholds?: { confidence?: number };
  rules?: Rule[];
  systemPromptRoles?: Rule[];
  overrides?: Record<string, Tuning>;
  classifier?: Tuning;
}

/** A keyword rule, or a role: that one looks at the system prompt only and has no `where`. */
export interface Rule {
  name: string;
  /** On when missing. */
  enabled?: boolean;
  keywords: string[];
  /** any when missing. */
  match?: 'any' | 'all';
  /** Of "any": so many different ones; 1 when missing. */
  minMatches?: number;
  /** Upper and lower case are the same; true when missing. */
  caseless?: boolean;
  /** any when missing. */
  where?: 'prompt' | 'system' | 'any';
  effects: Effects;
}

export interface Effects {
  category?: string;
  tierMin?: TierName;
  tierMax?: TierName;
  domain?: string;
  model?: string;
}

/** Settings by name; a missing one is inherited. */
export type Tuning = Record<string, boolean | number | string | null>;

/** The two lists, and how the address and errors name them. */
export const LISTS = {
  rules: { param: 'rule', one: 'rule', title: 'Keyword rules' },
  systemPromptRoles: { param: 'role', one: 'role', title: 'System-prompt roles' },
} as const;
export type ListName = keyof typeof LISTS;

export const DOMAINS = [
  'general',
  'code',
  'data',
  'math',
  'science',
  'legal',
  'medical',
  'finance',
  'security',
] as const;

/** From the server, which has checked it; what a row holds that is no object reads as an empty set. */
export function readDefinition(raw: unknown): Definition {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? structuredClone(raw) : {};
}

export function blankRule(list: ListName): Rule {
  return { name: list === 'rules' ? 'New rule' : 'New role', keywords: [], effects: {} };
}

/** Without members that say what is inherited anyway, so that nothing is stored that nobody set. */
export function tidy(definition: Definition): Definition {
  const next = structuredClone(definition);
  for (const list of ['rules', 'systemPromptRoles'] as const) {
    if (next[list]?.length === 0) delete next[list];
  }
  if (next.overrides !== undefined) {
    for (const [name, tuning] of Object.entries(next.overrides)) {
      if (Object.keys(tuning).length === 0) delete next.overrides[name];
    }
    if (Object.keys(next.overrides).length === 0) delete next.overrides;
  }
  if (next.classifier !== undefined && Object.keys(next.classifier).length === 0) delete next.classifier;
  if (next.thresholds !== undefined && Object.keys(next.thresholds).length === 0) delete next.thresholds;
  return next;
}

/** The list with one of its members at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  const [one] = list.slice(from, from + 1);
  return one === undefined ? [...list] : [...rest.slice(0, to), one, ...rest.slice(to)];
}

/** Which of a list an address means: a number from 1, or a name. -1 = none. */
export function indexIn(rules: readonly Rule[], named: string | null): number {
  if (named === null || named === '') return -1;
  const number = /^\d+$/.test(named) ? Number(named) - 1 : -1;
  if (number >= 0 && number < rules.length) return number;
  return rules.findIndex(({ name }) => name === named);
}
