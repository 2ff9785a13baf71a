import { invalidate } from '$app/navigation';
import {
  RuleSetCreateDocument,
  RuleSetDeleteDocument,
  RuleSetEndRolloutDocument,
  RuleSetPromoteDocument,
  RuleSetRestoreDocument,
  RuleSetRolloutDocument,
  RuleSetSetDefaultDocument,
  RuleSetUpdateDocument,
} from '#lib/generated/graphql.ts';
import type { RuleSetInput } from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';

export function createRuleSet(input: RuleSetInput) {
  return thenRead(act(RuleSetCreateDocument, 'createRuleSet', { input }));
}

/** What is missing from `input` stays as it is. */
export function updateRuleSet(id: string, input: RuleSetInput) {
  return thenRead(act(RuleSetUpdateDocument, 'updateRuleSet', { id, input }));
}

export function deleteRuleSet(id: string) {
  return thenRead(act(RuleSetDeleteDocument, 'deleteRuleSet', { id }));
}

/** In force for all of its scope, in place of the one that was. */
export function setDefaultRuleSet(id: string) {
  return thenRead(act(RuleSetSetDefaultDocument, 'setDefaultRuleSet', { id }));
}

/** The definition of an old version becomes the newest one. */
export function restoreVersion(id: string, version: number) {
  return thenRead(act(RuleSetRestoreDocument, 'restoreRuleSetVersion', { id, version }));
}

/** Percent of the conversations of its scope; again with another share changes it. */
export function startRollout(id: string, share: number) {
  return thenRead(act(RuleSetRolloutDocument, 'startRollout', { id, share }));
}

export function promoteRollout(id: string) {
  return thenRead(act(RuleSetPromoteDocument, 'promoteRollout', { id }));
}

/** Back to the default for all, at once. */
export function endRollout(id: string) {
  return thenRead(act(RuleSetEndRolloutDocument, 'endRollout', { id }));
}

async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (outcome.ok) await invalidate('prism:rule-sets');
  return outcome;
}
