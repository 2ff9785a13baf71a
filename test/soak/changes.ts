import type { Stage } from './stage.ts';

type Change = (stage: Stage, round: number) => Promise<unknown>;

/** What operators do in the meantime. None of it may disturb a request. */
const CHANGES: readonly Change[] = [
  ({ operator, acme }, round) =>
    operator.call('PUT', `/admin/tenants/${acme.id}/model-config`, {
      mode: 'all',
      list: [],
      aliases: { house: round % 2 === 0 ? 'sim/sim-fast' : 'sim/sim-cache' },
    }),
  ({ operator, simId }, round) =>
    operator.call('PATCH', `/admin/providers/${simId}/models/sim-fast`, { inputPer1M: 1 + (round % 3) }),
  ({ operator, simId }) => operator.call('POST', `/admin/providers/${simId}/discover`),
  async ({ operator, simId }, round) => {
    const { id } = await operator.call('POST', '/admin/tenants', {
      slug: `passing-${round}`,
      name: 'Passing',
      providerIds: [simId],
    });
    await operator.call('POST', `/admin/tenants/${String(id)}/rotate-key`);
    await operator.call('DELETE', `/admin/tenants/${String(id)}`);
  },
  ({ operator }, round) => operator.logPrompts(round % 2 === 0),
  ({ operator, simId }) => operator.call('POST', `/admin/providers/${simId}/check`),
  ({ operator }) => operator.call('GET', '/admin/tenants'),
];

/** One change after the other, `everyMs` apart. `stop` resolves with the failures when none runs any more. */
export function keepChanging(stage: Stage, everyMs: number): { stop(): Promise<readonly string[]> } {
  const failures: string[] = [];
  let round = 0;
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    const change = CHANGES[round % CHANGES.length];
    const lap = Math.floor(round / CHANGES.length);
    round += 1;
    running = running
      .then(() => change?.(stage, lap))
      .catch((error: unknown) => failures.push(String(error)));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      return failures;
    },
  };
}
