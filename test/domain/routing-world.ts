import { createPool } from '../../src/database/client.ts';
import type { RoutingSource } from '../../src/domain/routing-source.ts';
import { createLog } from '../../src/log.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import { createRegistry } from '../../src/providers/registry.ts';
import { lazyClassifier, routingSource } from '../../src/router.ts';
import { buildSnapshot } from '../../src/runtime/build-snapshot.ts';
import { loadAll } from '../../src/runtime/snapshot-load.ts';
import { systemTimers } from '../../src/runtime/timers.ts';

/** The gateway's view of the database as it is when asked: built by its own loader, without waiting for notices. */
export function createRoutingWorld(
  url: string,
  keys: readonly string[],
): { readonly source: RoutingSource; close(): Promise<void> } {
  const pool = createPool(url, { max: 1, applicationName: 'prism-test' });
  const log = createLog('silent');
  const deps = {
    registry: createRegistry({ simulatorOrigin: () => 'http://simulator.invalid' }),
    cipher: createCipher(keys),
    catalogPrice: () => null,
    catalogBenchmarks: () => new Map(),
    log,
  };
  const router = { classifier: lazyClassifier(), alive: () => true, spentToday: () => 0, now: () => 0 };
  const known = (): never => {
    throw new Error('nothing has been loaded');
  };
  return {
    source: {
      ...routingSource(router, known),
      async tenant(id) {
        const rows = await loadAll({ pool, timers: systemTimers }, null);
        const { snapshot } = buildSnapshot(deps, rows, null);
        return routingSource(router, () => snapshot).tenant(id);
      },
    },
    close: () => pool.end(),
  };
}
