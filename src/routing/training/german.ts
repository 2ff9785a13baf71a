import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** German word → the English ones that stand for it (german.txt). */
export function readGerman(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of readFileSync(join(import.meta.dirname, 'german.txt'), 'utf8').split('\n')) {
    const [meanings = '', forms = ''] = line.split(':');
    for (const form of forms.split(' ').filter((it) => it !== ''))
      found.set(form, [...(found.get(form) ?? []), ...meanings.split(' ')]);
  }
  return found;
}
