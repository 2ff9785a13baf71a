import { uuidv7 } from 'uuidv7';
import type { Prisma } from '../../src/database/generated/prisma/client.ts';
import { sumUp } from '../kit/sum-up.ts';
import type { Stage } from './stage.ts';

/** Puts a request into the log as the drain would; answers its id. */
export async function addRequest(
  { world, providerId }: Pick<Stage, 'world' | 'providerId'>,
  tenantId: string,
  values: Partial<Prisma.RequestLogUncheckedCreateInput> & { at: Date },
): Promise<string> {
  const key = await world.db.tenantKey.findFirstOrThrow({ where: { tenantId } });
  const { id } = await world.db.requestLog.create({
    data: {
      id: uuidv7(),
      tenantId,
      keyId: key.id,
      providerId,
      providerSlug: 'simulator',
      operation: 'chat',
      requestedModel: 'sim-small',
      model: 'sim-small',
      baselineModel: 'sim-small',
      status: 'success',
      httpStatus: 200,
      durationMs: 12,
      inputTokens: 24,
      outputTokens: 9,
      actualCost: '0.0000087',
      baselineCost: '0.0000087',
      ...values,
    },
  });
  await sumUp(world.db, [id]);
  return id;
}
