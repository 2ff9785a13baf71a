import type { SetupStateQuery } from '#lib/generated/graphql.ts';

/** In the order in which one takes them. */
export const STEPS = [
  { id: 'account', label: 'Account' },
  { id: 'provider', label: 'Provider' },
  { id: 'tenant', label: 'Tenant and key' },
  { id: 'request', label: 'First request' },
  { id: 'presets', label: 'Presets' },
  { id: 'done', label: 'Done' },
] as const;

export type StepId = (typeof STEPS)[number]['id'];

/** What has been done so far, read from the server: so the wizard can be left and resumed at any time. */
export function doneSteps(state: SetupStateQuery | null): ReadonlySet<StepId> {
  const done = new Set<StepId>();
  if (state === null) return done;
  done.add('account');
  if (state.providers.some(serves)) done.add('provider');
  if (state.me.tenants.length > 0) done.add('tenant');
  if (state.requestLogs.edges.length > 0) done.add('request');
  if (state.categories.some(({ presetDefault }) => presetDefault)) done.add('presets');
  return done;
}

/** The step that the address names, or else the first that is left. Without an account there is only that one. */
export function stepOf(asked: string | null, state: SetupStateQuery | null): StepId {
  if (state === null) return 'account';
  const named = STEPS.find(({ id }) => id === asked && id !== 'account');
  if (named !== undefined) return named.id;
  const done = doneSteps(state);
  return STEPS.find(({ id }) => !done.has(id))?.id ?? 'done';
}

/** Where the wizard goes from a step. */
export function after(step: StepId): string {
  const index = STEPS.findIndex(({ id }) => id === step);
  return `/setup?step=${STEPS[index + 1]?.id ?? 'done'}`;
}

/** Whether it could answer a first request. */
export function serves({ active, models }: SetupStateQuery['providers'][number]): boolean {
  return (
    active &&
    models.some(({ kind, visible, missingSince }) => kind === 'CHAT' && visible && missingSince === null)
  );
}
