import { TOKENS } from '#lib/actions/tokens.ts';
import { TokenChoicesDocument, TokensDocument, TokensOfAllDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { PageLoad } from './$types';
import { readTokenView } from './token-state.ts';

export const load: PageLoad = ({ url, depends }) => {
  depends(TOKENS);
  const ofAll = readTokenView(url.searchParams).ofAll;
  return {
    title: 'Access tokens',
    tokens: ofAll ? ofEverybody() : ofMine(),
    choices: ask(TokenChoicesDocument, {}),
  };
};

async function ofMine() {
  return mapOutcome(await ask(TokensDocument, {}), ({ accessTokens }) => ({
    tokens: accessTokens,
    users: [],
  }));
}

async function ofEverybody() {
  return mapOutcome(await ask(TokensOfAllDocument, {}), ({ allAccessTokens, users }) => ({
    tokens: allAccessTokens,
    users,
  }));
}
