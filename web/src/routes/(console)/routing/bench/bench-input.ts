import type { TestRouteInput } from '#lib/generated/graphql.ts';

/** What is tried: what a client would send, or a request of the log. */
export interface Trial {
  prompt: string;
  system: string;
  tools: boolean;
  image: boolean;
  json: boolean;
  /** Id of a request of the log; '' = the prompt. */
  request: string;
  /** '' = the tenant's own. */
  costMode: string;
}

export const NO_TRIAL: Trial = {
  prompt: '',
  system: '',
  tools: false,
  image: false,
  json: false,
  request: '',
  costMode: '',
};

export const COST_MODES: Readonly<Record<string, string>> = {
  economy: 'Economy',
  balanced: 'Balanced',
  quality: 'Quality',
};

/** Which rules decide: none of these = those in force. */
export type RulesTried = Pick<TestRouteInput, 'ruleSetId' | 'definition' | 'forAllTenants'>;

/** Null = there is nothing to try yet. */
export function inputOf(trial: Trial, tenantId: string, rules: RulesTried): TestRouteInput | null {
  const mode = trial.costMode === '' ? {} : { costMode: trial.costMode };
  if (trial.request !== '') return { requestId: trial.request, ...rules, ...mode };
  if (trial.prompt.trim() === '' || tenantId === '') return null;
  return {
    tenantId,
    messages: messagesOf(trial),
    ...(trial.tools ? { tools: [TOOL] } : {}),
    ...(trial.json ? { responseFormat: { type: 'json_object' } } : {}),
    ...rules,
    ...mode,
  };
}

/** The same test over REST; the token stays a variable. */
export function curlOf(origin: string, input: TestRouteInput): string {
  const body = JSON.stringify(input).replaceAll("'", "'\\''");
  return [
    `curl ${origin}/api/prism/admin/routing/test-route \\`,
    `  -H "authorization: Bearer $PRISM_TOKEN" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n');
}

function messagesOf({ system, prompt, image }: Trial): Record<string, unknown>[] {
  const content = image ? [{ type: 'text', text: prompt }, IMAGE] : prompt;
  return [...(system.trim() === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content }];
}

/** Stands for any image: only that there is one counts. */
const IMAGE = { type: 'image_url', image_url: { url: 'https://example.com/image.png' } };

/** Stands for the tools that a client offers. */
const TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a place',
    parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  },
};
