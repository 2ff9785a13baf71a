import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';
import { chatAnswer, createScriptedUpstream, modelList, type ScriptedUpstream } from './upstream.ts';
import { actor, createWorld, type World } from './world.ts';

export const maintainer = actor('maintainer');
export const KEY = 'sk-a-very-secret-key-0123456789';
/** What a provider that works answers. */
export const OK = { '/v1/models': modelList('gpt-4o', 'other'), '/v1/chat/completions': chatAnswer };

/** A world for a file, with the simulator and a provider's server that answers `OK` at the start of each test. */
export function createCheckStage() {
  let world: World;
  let simulator: Simulator;
  let upstream: ScriptedUpstream;

  beforeAll(async () => {
    simulator = createSimulator({});
    const { origin } = await simulator.listen();
    upstream = await createScriptedUpstream();
    world = await createWorld({ simulatorOrigin: () => origin });
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
    await simulator.close();
  });
  beforeEach(() => {
    upstream.answers = OK;
    upstream.seen.length = 0;
  });

  return {
    get world(): World {
      return world;
    },
    get upstream(): ScriptedUpstream {
      return upstream;
    },

    /** Id of a new provider with `KEY`. */
    async add(baseUrl: string): Promise<string> {
      const config = { baseUrl, auth: { type: 'api_key', apiKey: KEY } } as const;
      return (await world.domain.providers.create(maintainer, { name: 'Checked', type: 'custom', config }))
        .id;
    },

    /** Its check, whose outcome must be stored and must not hold the key. */
    async check(id: string) {
      const result = await world.domain.providerCheck.check(maintainer, id);
      const row = await world.db.provider.findUniqueOrThrow({ where: { id } });
      expect(row.status).toBe(result.success ? 'connected' : 'error');
      expect(row.lastCheckedAt).toEqual(world.now.value);
      expect(JSON.stringify([result, row.statusMessage])).not.toContain(KEY);
      return { ...result, steps: result.log.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`) };
    },
  };
}
