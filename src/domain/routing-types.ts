import type { Classification, Complexity, FiredRule } from '../routing/types.ts';

/** The router's words, for those who show what it has decided. */
export { DOMAINS } from '../routing/types.ts';
export type {
  Classification,
  Decision,
  FiredRule,
  OverrideFired,
  RuleEffect,
  RuleSetVersion,
  ScoredCandidate,
  SessionVerdict,
  Signals,
} from '../routing/types.ts';
export type { UnjudgedRule } from '../routing/replay.ts';
export const COMPLEXITIES = ['simple', 'medium', 'complex'] as const satisfies readonly Complexity[];
export const CLASSIFICATION_SOURCES = [
  'local',
  'llm',
  'marker',
  'rule',
] as const satisfies readonly Classification['source'][];
export const RULE_KINDS = ['keyword', 'role'] as const satisfies readonly FiredRule['kind'][];
