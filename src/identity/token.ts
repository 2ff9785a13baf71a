import { jwtVerify, SignJWT } from 'jose';

const ISSUER = 'open-model-prism';
const AUDIENCE = 'open-model-prism:console';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How long a login lasts. */
export const TOKEN_LIFETIME_MS = 12 * 60 * 60 * 1000;

export interface TokenClaims {
  readonly userId: string;
  readonly sessionId: string;
}

export interface Tokens {
  sign(claims: TokenClaims, issuedAt: Date, expiresAt: Date): Promise<string>;
  /** Null = not signed by us, altered, expired, for somebody else, or without what we put in. Never throws. */
  verify(token: string): Promise<TokenClaims | null>;
}

/** JWT, HS256 and nothing else. What the token says is only who and which session; the rest is read live. */
export function createTokens(deps: { readonly secret: string; readonly clock: () => Date }): Tokens {
  const key = new TextEncoder().encode(deps.secret);
  return {
    async sign(claims, issuedAt, expiresAt) {
      return await new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(claims.userId)
        .setJti(claims.sessionId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key);
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          typ: 'JWT',
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'jti', 'iat', 'exp'],
          currentDate: deps.clock(),
        });
        const { sub, jti } = payload;
        if (sub === undefined || jti === undefined || !UUID.test(sub) || !UUID.test(jti)) return null;
        return { userId: sub, sessionId: jti };
      } catch {
        // Whatever is wrong with it, the answer is the same: this is no token of ours.
        return null;
      }
    },
  };
}
