import { plainSpelling } from '../../graphql/enums.ts';
import {
  AccessTokensDocument,
  CreateAccessTokenDocument,
  RevokeAccessTokenDocument,
  type AccessTokenFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Users';
const base = '/api/prism/admin/access-tokens';

export const ACCESS_TOKEN_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List access tokens, ended ones included: your own, or for an admin anybody’s',
    params: {},
    query: { userId: 'Whose; your own when missing' },
    document: AccessTokensDocument,
    variables: ({ query }) => ({ userId: query['userId'] }),
    respond: ({ accessTokens }) => accessTokens.map(presentToken),
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create an access token for yourself; it is in this answer and never again',
    params: {},
    status: 201,
    document: CreateAccessTokenDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ createAccessToken: { accessToken, secret } }) => ({
      ...presentToken(accessToken),
      token: secret,
    }),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Revoke an access token at once: one of your own, or for an admin anybody’s',
    params: { id: 'Id of the access token' },
    document: RevokeAccessTokenDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: () => ({ success: true }),
  }),
];

function presentToken(token: AccessTokenFieldsFragment) {
  return { ...token, scopes: token.scopes.map((scope) => plainSpelling('AccessScope', scope)) };
}
