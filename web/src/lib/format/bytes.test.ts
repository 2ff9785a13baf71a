import { expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

it('says sizes in the unit that fits', () => {
  expect([0, 812, 1024, 1_288_490_189, 250 * 1024 ** 3, null].map(formatBytes)).toEqual([
    '0 B',
    '812 B',
    '1 KiB',
    '1.2 GiB',
    '250 GiB',
    '—',
  ]);
});
