import type { Category } from '../database/generated/prisma/client.ts';
import { AXES, type Axis } from '../catalog/benchmarks.ts';
import type { CategoryUpdate } from './category-schema.ts';
import type { CategoryResult } from './category-types.ts';
import type { Tx } from './change.ts';
import { tierOf } from './model-facts.ts';
import { notFound } from './validate.ts';

export function toCategory(row: Category): CategoryResult {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    description: row.description,
    // What somebody spoilt by hand reads as the middle, so that lists can still be seen and mended.
    tier: tierOf(row.tier) ?? 'medium',
    axis: axisOf(row.axis),
    examples: row.examples,
    defaultModel: row.defaultModel,
    presetDefault: row.presetDefault,
    requiresVision: row.requiresVision,
    position: row.position,
    builtIn: row.builtIn,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function axisOf(text: string): Axis {
  return AXES.find((axis) => axis === text) ?? 'intelligence';
}

/** Only what was given; null and missing leave the column alone. */
export function toCategoryColumns(given: Omit<CategoryUpdate, 'defaultModel'>) {
  return {
    ...(given.key == null ? {} : { key: given.key }),
    ...(given.name == null ? {} : { name: given.name }),
    ...(given.description == null ? {} : { description: given.description }),
    ...(given.tier == null ? {} : { tier: given.tier }),
    ...(given.axis == null ? {} : { axis: given.axis }),
    ...(given.examples == null ? {} : { examples: given.examples }),
    ...(given.requiresVision == null ? {} : { requiresVision: given.requiresVision }),
    ...(given.position == null ? {} : { position: given.position }),
  };
}

/** The row, kept from others until the transaction ends. Throws not_found. */
export async function lockCategory(tx: Tx, id: string): Promise<Category> {
  await tx.$queryRaw`SELECT 1 FROM category WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.category.findUnique({ where: { id } });
  if (row === null) throw notFound('category');
  return row;
}

/** Whoever looks at all categories to change some (seeds, presets) does so alone, over all processes. */
export async function lockCategories(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('categories', 0))`;
  await tx.$queryRaw`SELECT 1 FROM category ORDER BY id FOR UPDATE`;
}
