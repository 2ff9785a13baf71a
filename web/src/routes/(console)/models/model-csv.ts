import type { Model, Use } from './model-list.ts';
import { pinOf } from './model-list.ts';

/** For a spreadsheet, as the API names things; prices are USD for a million tokens. */
export function csvRows(
  models: readonly Model[],
  uses: ReadonlyMap<string, Use>,
): readonly Record<string, string>[] {
  return models.map((model) => {
    const use = uses.get(pinOf(model));
    return {
      provider: model.provider.slug,
      modelId: model.modelId,
      name: model.name,
      kind: model.kind.toLowerCase(),
      tier: model.tier?.toLowerCase() ?? '',
      visible: String(model.visible),
      missingSince: model.missingSince ?? '',
      capabilities: model.capabilities.join(' '),
      contextWindow: figure(model.contextWindow),
      maxOutputTokens: figure(model.maxOutputTokens),
      inputPer1M: figure(model.inputPer1M),
      cachedInputPer1M: figure(model.cachedInputPer1M),
      cacheWritePer1M: figure(model.cacheWritePer1M),
      outputPer1M: figure(model.outputPer1M),
      reasoningPer1M: figure(model.reasoningPer1M),
      priceSource: model.priceSource.toLowerCase(),
      intelligence: figure(model.benchmarks?.intelligence),
      coding: figure(model.benchmarks?.coding),
      math: figure(model.benchmarks?.math),
      speed: figure(model.benchmarks?.speed),
      requests7d: figure(use?.requests ?? 0),
      costUsd7d: figure(use?.cost ?? 0),
    };
  });
}

/** Never in the scientific way, which a spreadsheet may read as text. */
function figure(value: number | null | undefined): string {
  return value === null || value === undefined
    ? ''
    : value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 12 });
}
