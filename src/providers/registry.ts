import type { Adapter } from './adapter.ts';
import { anthropic } from './anthropic/adapter.ts';
import { createOpenAiAdapter } from './openai/adapter.ts';
import { CUSTOM, LM_STUDIO, OPENAI, OPENROUTER, VLLM } from './openai/families.ts';
import { simulatorFamily } from './simulator/adapter.ts';

/** Every provider type there is. */
export interface ProviderRegistry {
  get(type: string): Adapter | undefined;
  all(): readonly Adapter[];
}

export interface RegistryDeps {
  /** Where the built-in simulator listens: scheme://host:port. */
  readonly simulatorOrigin: () => string;
  /** Unix ms. */
  readonly now?: () => number;
}

/** One line for each provider type, in the order in which the console offers them. */
export function createRegistry({ simulatorOrigin, now = Date.now }: RegistryDeps): ProviderRegistry {
  const adapters: readonly Adapter[] = [
    createOpenAiAdapter(OPENAI, { now }),
    anthropic,
    createOpenAiAdapter(OPENROUTER, { now }),
    createOpenAiAdapter(VLLM, { now }),
    createOpenAiAdapter(LM_STUDIO, { now }),
    createOpenAiAdapter(CUSTOM, { now }),
    createOpenAiAdapter(simulatorFamily(simulatorOrigin), { now }),
  ];
  const byType = new Map(adapters.map((adapter) => [adapter.type, adapter]));
  return { get: (type) => byType.get(type), all: () => adapters };
}
