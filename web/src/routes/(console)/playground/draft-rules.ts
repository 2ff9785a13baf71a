import type { RouteTestAnswerFragment, TestRouteInput } from '#lib/generated/graphql.ts';
import type { Problem } from '#lib/graphql/outcome.ts';
import { isObject } from './json.ts';

/** Rules that are not in force, by which nobody is served: they only say what they would do. */
export interface DraftRules {
  readonly id: string;
  /** "Strict (all tenants), version 3". */
  readonly name: string;
}

/** What draft rules would have done with one request. */
export interface DraftVerdict {
  readonly rules: DraftRules;
  /** Null = not known yet. */
  readonly answer: RouteTestAnswerFragment | null;
  readonly problem: Problem | null;
}

/** Whether the gateway chooses the model: only then do rules have a part in it. */
export function isRouted(model: string): boolean {
  return model === 'auto' || model === 'auto-prism';
}

/** The request as the router is asked about it; null = it has no messages that could be judged. */
export function testOf(
  tenantId: string,
  body: Readonly<Record<string, unknown>>,
  rules: DraftRules,
): TestRouteInput | null {
  const messages = objects(body['messages']);
  if (messages.length === 0) return null;
  const tools = objects(body['tools']);
  const { response_format: format, max_tokens: most } = body;
  return {
    tenantId,
    ruleSetId: rules.id,
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(isObject(format) ? { responseFormat: { ...format } } : {}),
    ...(typeof most === 'number' && Number.isInteger(most) ? { maxTokens: most } : {}),
  };
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject).map((one) => ({ ...one })) : [];
}
