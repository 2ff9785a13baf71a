import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JournalSink } from '../accounting/record.ts';
import type { Domain } from '../domain/domain.ts';
import { AppError } from '../errors.ts';
import type { SystemActor } from '../identity/actor.ts';
import type { Snapshot } from '../runtime/view.ts';
import type { Tier } from '../routing/types.ts';
import { demoTraffic } from './traffic.ts';

export interface DemoDeps {
  readonly domain: Domain;
  readonly snapshot: () => Snapshot;
  readonly journal: JournalSink;
  readonly flush: () => Promise<void>;
  readonly dataDir: string;
  readonly url: string;
  readonly print: (text: string) => void;
}

/** Shown again by the next `npm run demo`; lies in the data directory, readable by its owner only. */
const secretsSchema = z.object({ username: z.string(), password: z.string(), apiKey: z.string() });
type Secrets = z.infer<typeof secretsSchema>;

const ACTOR: SystemActor = { kind: 'system', name: 'demo' };
const DAYS = 30;
/** Those that the router chooses from. */
const TIERS: Readonly<Record<string, Tier>> = {
  'sim-mini': 'minimal',
  'sim-fast': 'low',
  'sim-chat': 'medium',
  'sim-large': 'high',
  'sim-reasoning': 'ultra',
};
const EMBEDDING = 'sim-embedding';
/** What the tenant would have taken for everything, without a router. */
const BASELINE = 'sim-large';

/**
 * Fills an empty database with a simulated provider, a tenant `demo` with one key, an admin and a month of
 * traffic, and prints what to try. What an earlier demo has made is used again; a database with anything else in
 * it is left alone.
 *
 * @throws AppError conflict when the database is not empty
 */
export async function runDemo(deps: DemoDeps): Promise<void> {
  const file = join(deps.dataDir, 'demo.json');
  const secrets = readSecrets(file) ?? (await fill(deps, file));
  deps.print(`
The demo is running at ${deps.url}

  Sign in:   ${secrets.username} / ${secrets.password}
  Try it:

curl ${deps.url}/api/demo/v1/chat/completions \\
  -H 'Authorization: Bearer ${secrets.apiKey}' \\
  -H 'Content-Type: application/json' \\
  -d '{"model":"auto","stream":true,"messages":[{"role":"user","content":"Hello!"}]}'

Everything is simulated: no provider is called, nothing is spent.
`);
}

function readSecrets(file: string): Secrets | null {
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

async function fill(deps: DemoDeps, file: string): Promise<Secrets> {
  const { domain } = deps;
  const admin = { username: 'admin', password: randomBytes(9).toString('base64url') };
  // Refused as soon as anybody has an account here: then this is no empty database.
  await domain.setup.createAdmin(admin, 'demo').catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    throw new AppError(
      'conflict',
      'the demo needs an empty database, and this one is in use. Run `npm start`, or set PRISM_DATA_DIR to a new directory.',
    );
  });
  const provider = await domain.providers.create(ACTOR, {
    name: 'Simulator',
    slug: 'simulator',
    type: 'simulator',
  });
  const { models } = await domain.providerDiscovery.discover(ACTOR, provider.id);
  await domain.providerModels.updateMany(
    ACTOR,
    models.map(({ modelId }) => ({
      providerId: provider.id,
      modelId,
      // What only plays faults can be called by its name, but the router must not come upon it.
      input: {
        tier: TIERS[modelId] ?? null,
        visible: Object.hasOwn(TIERS, modelId) || modelId === EMBEDDING,
      },
    })),
  );
  const { tenant, apiKey } = await domain.tenants.create(ACTOR, {
    slug: 'demo',
    name: 'Demo',
    providerIds: [provider.id],
    routing: { baselineModel: BASELINE },
  });
  await domain.setup.complete(ACTOR);
  const secrets = { ...admin, apiKey };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  await fillTraffic(deps, tenant.id);
  return secrets;
}

async function fillTraffic(deps: DemoDeps, tenantId: string): Promise<void> {
  const { models, keyId } = await known(deps, tenantId);
  const traffic = demoTraffic({
    tenantId,
    keyId,
    models,
    baseline: models.find(({ model }) => model.id === BASELINE) ?? null,
    until: Date.now(),
    days: DAYS,
    random: Math.random,
  });
  for (const request of traffic) {
    deps.journal.append({ kind: 'request', request }, (error) => {
      if (error !== null) throw error;
    });
  }
  await deps.flush();
}

/** The gateway hears of the tenant a moment after the database (contract: within a second). */
async function known(deps: DemoDeps, tenantId: string) {
  for (;;) {
    const snapshot = deps.snapshot();
    const tenant = snapshot.tenantsById.get(tenantId);
    const key = [...snapshot.keysByHash.values()].find((it) => it.tenant.id === tenantId);
    if (tenant !== undefined && key !== undefined && tenant.listed.length > 0) {
      return { models: tenant.listed, keyId: key.id };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
