import { NO_TRIAL } from './bench-input.ts';
import type { Trial } from './bench-input.ts';

/** Kept by this tab, so that a prompt survives a look at another page. A prompt never stands in an address. */
const STORED = 'prism.trial';

class KeptTrial {
  values = $state<Trial>(read());

  keep(): void {
    sessionStorage.setItem(STORED, JSON.stringify({ ...$state.snapshot(this.values), request: '' }));
  }
}

function read(): Trial {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
    return typeof stored === 'object' && stored !== null ? { ...NO_TRIAL, ...stored } : { ...NO_TRIAL };
  } catch {
    return { ...NO_TRIAL };
  }
}

export const trial = new KeptTrial();
