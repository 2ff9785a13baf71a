import { invalidate } from '$app/navigation';
import { CreateTokenDocument, RevokeTokenDocument } from '#lib/generated/graphql.ts';
import type { CreateAccessTokenInput } from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';

/** What the page of access tokens follows. */
export const TOKENS = 'prism:tokens';

export async function createToken(input: CreateAccessTokenInput) {
  const outcome = await act(CreateTokenDocument, 'createAccessToken', { input });
  if (outcome.ok) await invalidate(TOKENS);
  return outcome;
}

export async function revokeToken(id: string) {
  const outcome = await act(RevokeTokenDocument, 'revokeAccessToken', { id });
  if (outcome.ok) await invalidate(TOKENS);
  return outcome;
}
