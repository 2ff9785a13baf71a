import { AppError } from '../../errors.ts';
import type { ChatCall, Endpoint, JsonObject, JsonValue, UpstreamRequest } from '../adapter.ts';
import { address } from './address.ts';
import { textOnlyBlocks } from './content.ts';
import { invalid, isObject, optionalNumber, requireArray, type Block } from './fields.ts';
import { untouchedMembers } from './members.ts';
import { translateMessages } from './messages.ts';
import { modelTraits } from './model.ts';
import { maxTokens, outputFormat, sampling, stopSequences } from './settings.ts';
import { StrictBudget } from './strict-budget.ts';
import { translateThinking } from './thinking.ts';
import { translateTools } from './tools.ts';

/** One chat call → `POST /v1/messages`. Throws AppError invalid_request, with `param`, for what cannot be asked. */
export function chatRequest(endpoint: Endpoint, call: ChatCall): UpstreamRequest {
  const json = call.json();
  const body = serialize(() => messagesBody(call, json), json);
  const { origin, path, headers } = address(endpoint, '/messages');
  const betas = betaHeader(json['betas']);
  return {
    method: 'POST',
    origin,
    path,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: call.stream ? 'text/event-stream' : 'application/json',
      ...(betas === '' ? {} : { 'anthropic-beta': betas }),
    },
    body,
  };
}

/** The body of the request: `MessageCreateParams` of Anthropic's SDK, sampling parameters beside. */
export function messagesBody(call: ChatCall, json: JsonObject): JsonObject {
  refuseWhatCannotBeAnswered(json);
  const traits = modelTraits(call.model);
  const { system, messages } = translateMessages(json['messages'], traits);
  const budget = new StrictBudget(traits);
  const { format, instruction } = outputFormat(json['response_format'], budget);
  const tools = translateTools(json, messages, budget);
  const limit = maxTokens(call, json, traits);
  const choice = tools.tool_choice?.['type'];
  const thinking = translateThinking({
    json,
    traits,
    messages,
    maxTokens: limit,
    isToolForced: choice === 'any' || choice === 'tool',
  });
  const systemBlocks = [...ownSystem(json['system']), ...system, ...instruction];
  const outputConfig = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(format === undefined ? {} : { format }),
    ...(isObject(json['output_config']) ? json['output_config'] : {}),
  };
  return {
    ...untouchedMembers(json),
    model: call.model,
    max_tokens: limit,
    ...(systemBlocks.length === 0 ? {} : { system: systemBlocks }),
    messages: messages.map((turn) => ({ role: turn.role, content: turn.content })),
    ...tools,
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...sampling(json, traits, thinking.isOn),
    ...stopSequences(json),
    ...metadata(json),
    ...serviceTier(json['service_tier']),
    ...(call.stream ? { stream: true } : {}),
  };
}

/** These change what the answer is; to leave them out would answer another question. */
function refuseWhatCannotBeAnswered(json: JsonObject): void {
  const n = optionalNumber(json['n'], 'n');
  if (n !== undefined && n !== 1) throw invalid('n', 'must be 1; this model gives one choice a request.');
  const { modalities } = json;
  if (Array.isArray(modalities) && modalities.some((entry) => entry !== 'text')) {
    throw invalid('modalities', 'must be ["text"]; this model answers in text only.');
  }
  if (isObject(json['audio'])) throw invalid('audio', 'is not supported; this model answers in text only.');
  if (isObject(json['web_search_options'])) {
    throw invalid('web_search_options', "is not supported; use Anthropic's own web_search tool in tools.");
  }
}

/** Anthropic's own `system` member, beside system messages. */
function ownSystem(value: JsonValue | undefined): Block[] {
  if (value === undefined || value === null) return [];
  return textOnlyBlocks(value, 'system');
}

/** Only `user_id` is Anthropic's; OpenAI's own metadata is for its storage. */
function metadata(json: JsonObject): { metadata?: JsonObject } {
  const own = isObject(json['metadata']) ? json['metadata']['user_id'] : undefined;
  const candidates = [own, json['user'], json['safety_identifier']];
  const userId = candidates.find((value) => typeof value === 'string' && value !== '');
  return userId === undefined ? {} : { metadata: { user_id: userId } };
}

/** OpenAI's "default" is Anthropic's "standard_only"; flex and priority have no counterpart. */
function serviceTier(value: JsonValue | undefined): { service_tier?: string } {
  if (value === 'auto' || value === 'standard_only') return { service_tier: value };
  return value === 'default' ? { service_tier: 'standard_only' } : {};
}

const BETA = /^[A-Za-z0-9._-]{1,100}$/;

function betaHeader(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const betas = requireArray(value, 'betas').map((entry, i) => {
    if (typeof entry === 'string' && BETA.test(entry)) return entry;
    throw invalid(`betas[${i}]`, 'must be the name of a beta feature.');
  });
  return betas.join(',');
}

/** A body that is nested thousands of levels deep parses, but cannot be walked or written again: the caller's fault. */
function serialize(build: () => JsonObject, json: JsonObject): Buffer {
  try {
    return Buffer.from(JSON.stringify(build()));
  } catch (error) {
    if (error instanceof AppError || !(error instanceof RangeError)) throw error;
    const param = Object.keys(json).find((key) => !canWrite(json[key])) ?? 'messages';
    throw invalid(param, 'is nested too deeply.');
  }
}

function canWrite(value: JsonValue | undefined): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
