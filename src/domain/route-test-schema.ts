import { z } from 'zod';
import type { ChatBody } from '../routing/signals/texts.ts';

const MAX_MESSAGES = 2_000;
const MAX_PROMPT = 1_000_000;

const text = z.string().max(MAX_PROMPT);
const member = z.record(z.string(), z.unknown());

/** What is decided: a prompt, or a request of the log. */
export const routeTest = z
  .strictObject({
    tenantId: z.uuid('must be the id of a tenant').nullish(),
    messages: z.array(member).min(1).max(MAX_MESSAGES).nullish(),
    prompt: text.min(1).nullish(),
    systemPrompt: text.nullish(),
    tools: z.array(member).max(1_000).nullish(),
    responseFormat: member.nullish(),
    maxTokens: z.int().min(1).max(100_000_000).nullish(),
    requestId: z.uuid('must be the id of a request').nullish(),
    ruleSetId: z.uuid('must be the id of a rule set').nullish(),
    definition: z.unknown().optional(),
    forAllTenants: z.boolean().nullish(),
    costMode: z.enum(['economy', 'balanced', 'quality']).nullish(),
  })
  .superRefine(({ tenantId, messages, prompt, systemPrompt, requestId, ...rest }, context) => {
    const given = [messages, prompt, requestId].filter((it) => it != null).length;
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (given === 0) wrong('prompt', 'is required, or "messages", or the "requestId" of a stored request');
    if (given > 1) wrong('prompt', 'must be alone: give one of "prompt", "messages" and "requestId"');
    if (requestId == null && tenantId == null)
      wrong('tenantId', 'is required: whose rules and models to use');
    if (messages != null && systemPrompt != null) {
      wrong('systemPrompt', 'must not stand beside "messages"; make it one of them');
    }
    if (requestId == null) return;
    const { tools, responseFormat, maxTokens } = rest;
    for (const [path, value] of Object.entries({ systemPrompt, tools, responseFormat, maxTokens })) {
      if (value != null) wrong(path, 'must not stand beside "requestId": the stored request has its own');
    }
  });

/** As a client would send it. */
export function bodyOf(input: z.output<typeof routeTest>): ChatBody {
  const { messages, prompt, systemPrompt, tools, responseFormat, maxTokens } = input;
  const system = systemPrompt == null ? [] : [{ role: 'system', content: systemPrompt }];
  return {
    model: 'auto',
    messages: messages ?? [...system, { role: 'user', content: prompt }],
    ...(tools == null ? {} : { tools }),
    ...(responseFormat == null ? {} : { response_format: responseFormat }),
    ...(maxTokens == null ? {} : { max_tokens: maxTokens }),
  };
}
