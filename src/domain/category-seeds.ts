import { z } from 'zod';
import { BUILT_IN_CATEGORIES } from '../catalog/categories.ts';
import type { Tx } from './change.ts';

/** The setting that remembers which built-in categories this installation was ever given. */
const KEY = 'categories';
const stored = z.object({ seeded: z.array(z.string()).catch([]) });

/**
 * Adds the built-in categories that this installation was never given: all at its first start, the new ones of a new
 * version after that. What an admin has edited or deleted stays as it is. Answers the keys that it added; the caller
 * holds the lock of the categories.
 */
export async function seedNew(tx: Tx): Promise<string[]> {
  const row = await tx.setting.findUnique({ where: { key: KEY } });
  const seeded = stored.safeParse(row?.value).data?.seeded ?? [];
  const unknown = BUILT_IN_CATEGORIES.filter(({ key }) => !seeded.includes(key));
  if (unknown.length === 0) return [];
  const added = await addMissing(tx, unknown);
  const value = { seeded: [...seeded, ...unknown.map(({ key }) => key)] };
  await tx.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
  return added;
}

/** Adds every built-in category whose key nobody has now. Answers the keys that it added. */
export async function seedDeleted(tx: Tx): Promise<string[]> {
  return addMissing(tx, BUILT_IN_CATEGORIES);
}

async function addMissing(tx: Tx, wanted: typeof BUILT_IN_CATEGORIES): Promise<string[]> {
  const keys = wanted.map(({ key }) => key);
  const there = await tx.category.findMany({ where: { key: { in: keys } }, select: { key: true } });
  const taken = new Set(there.map(({ key }) => key));
  const missing = wanted.filter(({ key }) => !taken.has(key));
  const data = missing.map((category) => ({ ...category, examples: [...category.examples], builtIn: true }));
  await tx.category.createMany({ data, skipDuplicates: true });
  return missing.map(({ key }) => key);
}
