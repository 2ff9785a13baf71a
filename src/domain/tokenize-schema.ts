import { z } from 'zod';
import { modelName } from './tenant-schema.ts';

// What else a client sends along passes, as it does in the gateway: only what is counted is checked.

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  /** OpenAI's images … */
  image_url: z
    .union([z.string(), z.looseObject({ url: z.string(), detail: z.string().nullish() })])
    .optional(),
  input_audio: z.looseObject({ data: z.string(), format: z.string().nullish() }).optional(),
  /** … and Anthropic's. */
  source: z.looseObject({ data: z.string().optional() }).optional(),
});

const call = z.looseObject({ name: z.string(), arguments: z.string().nullish() });

const message = z.looseObject({
  role: z.string(),
  name: z.string().nullish(),
  content: z.union([z.string(), z.array(part)]).nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(z.looseObject({ function: call.optional() })).nullish(),
  function_call: call.nullish(),
});

const tool = z.looseObject({
  type: z.string().optional(),
  function: z
    .looseObject({
      name: z.string(),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
    })
    .optional(),
});

const model = modelName.nullish();

export const textTokens = z.strictObject({ text: z.string(), model });
export const promptTokens = z.strictObject({
  messages: z.array(message).min(1).max(100_000),
  tools: z.array(tool).max(10_000).nullish(),
  model,
});

export type Part = z.output<typeof part>;
export type Message = z.output<typeof message>;
export type Tool = z.output<typeof tool>;
