import { createLiveQueue } from '../../domain/live-queue.ts';
import type { CheckResult, CheckStep, CheckWatch } from '../../domain/provider-check.ts';
import { AppError } from '../../errors.ts';
import { builder } from '../builder.ts';
import { signedIn, type Context } from '../context.ts';
import { CheckStepType, CheckType, TryProviderInput } from './provider-check.ts';
import { followingOf } from './subscription.ts';

/** One of the three is there. */
interface Progress {
  readonly began: string | null;
  readonly step: CheckStep | null;
  readonly result: CheckResult | null;
}

const ProgressType = builder.objectRef<Progress>('ProviderCheckProgress').implement({
  description: 'What has just happened in a connection test; one of the members is there.',
  fields: (t) => ({
    began: t.exposeString('began', { nullable: true, description: 'The step that is tried now.' }),
    step: t.expose('step', { type: CheckStepType, nullable: true, description: 'A step that has ended.' }),
    result: t.expose('result', { type: CheckType, nullable: true, description: 'The test has ended.' }),
  }),
});

/** A check has at most ten steps with two events each. */
const CAPACITY = 64;

builder.subscriptionField('providerChecked', (t) =>
  t.field({
    type: ProgressType,
    description:
      'Tests a connection and tells each step as it comes: of a stored provider, whose status is stored then, or of settings that are not stored. Either `id` or `input`.',
    authScopes: { can: 'provider.check' },
    args: {
      id: t.arg.id({ description: 'Id of the provider.' }),
      input: t.arg({ type: TryProviderInput, description: 'Settings that are not stored.' }),
    },
    subscribe: (_root, { id, input }, context) => follow(context, id ?? null, input ?? null),
    resolve: (progress) => progress,
  }),
);

/** The test goes on to its end also when nobody listens any more: its outcome is stored. */
async function* follow(
  context: Context,
  id: string | null,
  input: typeof TryProviderInput.$inferInput | null,
): AsyncGenerator<Progress, void, undefined> {
  const queue = createLiveQueue<Progress>(CAPACITY);
  const tell = (news: Partial<Progress>) => queue.push({ began: null, step: null, result: null, ...news });
  const watch = {
    began: (step: string) => void tell({ began: step }),
    ended: (step: CheckStep) => void tell({ step }),
  };
  run(context, id, input, watch).then(
    (result) => tell({ result }),
    (error: unknown) => queue.fail(error instanceof Error ? error : new Error(String(error))),
  );
  const { signal } = followingOf(context);
  const stop = () => queue.close();
  signal.addEventListener('abort', stop);
  try {
    for (let news = await queue.next(); news !== null; news = await queue.next()) {
      yield news;
      if (news.result !== null) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    queue.close();
  }
}

function run(
  context: Context,
  id: string | null,
  input: typeof TryProviderInput.$inferInput | null,
  watch: CheckWatch,
): Promise<CheckResult> {
  const { providerCheck } = context.domain;
  if (id !== null && input === null) return providerCheck.check(signedIn(context), id, watch);
  if (input !== null && id === null) return providerCheck.try(signedIn(context), input, watch);
  return Promise.reject(new AppError('bad_input', 'Give either `id` or `input`.'));
}
