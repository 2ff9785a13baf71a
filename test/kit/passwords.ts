import type { ScryptCost } from '../../src/identity/password.ts';

/** Next to nothing: what a real password costs would be a tenth of the whole run. */
export const CHEAP: ScryptCost = { ln: 4, r: 1, p: 1 };
