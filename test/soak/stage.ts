import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '../../src/providers/simulator/simulator.ts';
import { openLedger, type Ledger } from '../durability/ledger.ts';
import { signUp, type OperatedTenant, type Operator } from '../durability/operator.ts';
import { createOwnPostgres } from '../durability/own-postgres.ts';
import { startProduct, type Product } from '../durability/product.ts';

/** The real process on a PostgreSQL of its own, set up, with its upstreams. */
export interface Stage {
  readonly product: Product;
  readonly operator: Operator;
  readonly ledger: Ledger;
  readonly acme: OperatedTenant;
  readonly tight: OperatedTenant;
  readonly simId: string;
  remove(): Promise<void>;
}

/** The shaky provider's answers may stand still: that is found out soon, or nothing else would be tried in ten minutes. */
const IMPATIENT = { firstByteMs: 3_000, betweenBytesMs: 3_000 };

export async function setStage(): Promise<Stage> {
  const postgres = await createOwnPostgres();
  const dataDir = mkdtempSync(join(tmpdir(), 'prism-soak-'));
  // Outside the process that is looked at: its memory and descriptors are not the gateway's.
  const upstream = createSimulator({ slowFirstByteMs: 4_000 });
  const { origin: baseUrl } = await upstream.listen();
  const product = await startProduct({ databaseUrl: postgres.url, dataDir });
  const operator = await signUp(() => product.origin);
  const auth = { type: 'api_key', apiKey: 'sk-soak' };
  const simId = await operator.provider({ name: 'Simulator', slug: 'sim', type: 'simulator' });
  const outsideId = await operator.provider({
    name: 'Outside',
    slug: 'outside',
    type: 'custom',
    config: { baseUrl, auth },
  });
  const shakyId = await operator.provider({
    name: 'Shaky',
    slug: 'shaky',
    type: 'custom',
    config: { baseUrl, auth, options: { timeouts: IMPATIENT } },
  });
  const claudeId = await operator.provider({
    name: 'Claude',
    slug: 'claude',
    type: 'anthropic',
    config: { baseUrl, auth },
  });
  const acme = await operator.tenant('acme', [simId, outsideId, shakyId, claudeId], {
    modelConfig: { mode: 'all', list: [], aliases: { house: 'sim/sim-fast' } },
  });
  const tight = await operator.tenant('tight', [simId], {
    rateLimit: { requestsPerMinute: 60, tokensPerMinute: 0 },
  });
  const ledger = openLedger(postgres.url);
  return {
    product,
    operator,
    ledger,
    acme,
    tight,
    simId,
    async remove() {
      await product.kill();
      await upstream.close();
      await ledger.close();
      await postgres.remove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
