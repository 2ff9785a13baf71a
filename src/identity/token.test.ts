import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokens } from './token.ts';

const SECRET = 'a secret of the tests, long enough for HS256';
const NOW = new Date('2026-11-01T12:00:00Z');
const LATER = new Date('2026-11-02T00:00:00Z');
const CLAIMS = {
  userId: '01930000-0000-7000-8000-000000000001',
  sessionId: '01930000-0000-7000-8000-000000000002',
};

function at(date: Date, secret = SECRET) {
  return createTokens({ secret, clock: () => date });
}

/** A token like ours but for what `change` does to it. */
function forged(change: (jwt: SignJWT) => SignJWT, secret = SECRET, header = { alg: 'HS256', typ: 'JWT' }) {
  const like = new SignJWT()
    .setProtectedHeader(header)
    .setIssuer('open-model-prism')
    .setAudience('open-model-prism:console')
    .setSubject(CLAIMS.userId)
    .setJti(CLAIMS.sessionId)
    .setIssuedAt(NOW)
    .setExpirationTime(LATER);
  return change(like).sign(new TextEncoder().encode(secret));
}

describe('tokens', () => {
  it('names user and session until it expires', async () => {
    const token = await at(NOW).sign(CLAIMS, NOW, LATER);
    expect(await at(NOW).verify(token)).toEqual(CLAIMS);
    expect(await at(new Date(LATER.getTime() - 1000)).verify(token)).toEqual(CLAIMS);
    expect(await at(LATER).verify(token)).toBeNull();
  });

  it('is refused when signed with another secret, algorithm or for another audience', async () => {
    expect(await at(NOW).verify(await forged((jwt) => jwt))).toEqual(CLAIMS);
    expect(
      await at(NOW).verify(await forged((jwt) => jwt, 'another secret, also long enough for it')),
    ).toBeNull();
    expect(
      await at(NOW).verify(await forged((jwt) => jwt, SECRET.repeat(2), { alg: 'HS512', typ: 'JWT' })),
    ).toBeNull();
    expect(await at(NOW).verify(await forged((jwt) => jwt.setAudience('other')))).toBeNull();
    expect(await at(NOW).verify(await forged((jwt) => jwt.setIssuer('other')))).toBeNull();
  });

  it('is refused when unsigned', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const payload = {
      iss: 'open-model-prism',
      aud: 'open-model-prism:console',
      sub: CLAIMS.userId,
      jti: CLAIMS.sessionId,
    };
    const times = { iat: NOW.getTime() / 1000, exp: LATER.getTime() / 1000 };
    expect(
      await at(NOW).verify(`${encode({ alg: 'none', typ: 'JWT' })}.${encode({ ...payload, ...times })}.`),
    ).toBeNull();
  });

  it('is refused when its ids are no ids', async () => {
    expect(await at(NOW).verify(await forged((jwt) => jwt.setSubject("' OR 1=1")))).toBeNull();
    expect(await at(NOW).verify(await forged((jwt) => jwt.setJti('7')))).toBeNull();
  });

  it('never throws, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await at(NOW).verify(text)).toBeNull();
      }),
    );
  });
});
