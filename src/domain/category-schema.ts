import { z } from 'zod';
import { AXES } from '../catalog/benchmarks.ts';
import { TIERS } from './model-types.ts';
import { plainText } from './plain-text.ts';
import { displayName, modelName } from './tenant-schema.ts';

export const categoryKey = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,63}$/,
    'must begin with a letter and have at most 64 of a-z, 0-9 and _ ("code_review")',
  );

export const categoryUpdate = z.strictObject({
  key: categoryKey.nullish(),
  name: displayName.nullish(),
  description: plainText(2000).nullish(),
  tier: z.enum(TIERS).nullish(),
  axis: z.enum(AXES).nullish(),
  examples: z.array(plainText(2000, 1)).max(50).nullish(),
  defaultModel: modelName.nullish(),
  requiresVision: z.boolean().nullish(),
  position: z.int().min(0).max(1_000_000).nullish(),
});

export const categoryCreate = categoryUpdate.extend({
  key: categoryKey,
  name: displayName,
  tier: z.enum(TIERS),
});

export type CategoryUpdate = z.output<typeof categoryUpdate>;

export const applyPreset = z.strictObject({
  profileIds: z.array(z.string()).min(1).max(100),
  providerId: z.uuid('must be the id of a provider').nullish(),
});
