import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeDnValue, normalizeDn } from './dn.ts';

describe('a distinguished name', () => {
  test.each([
    [
      'case and white space',
      'CN=Admins , OU=Groups,DC=Example, DC=org',
      'cn=admins,ou=groups,dc=example,dc=org',
    ],
    ['UTF-8 as OpenLDAP escapes it', String.raw`cn=J\C3\B6rg M\C3\BCller,dc=x`, 'cn=jörg müller,dc=x'],
    [
      'escaped and hexadecimal commas',
      String.raw`cn=M\C3\BCller\2C Ann,dc=x`,
      String.raw`cn=müller\, ann,dc=x`,
    ],
    ['parts of a multi-valued RDN', 'UID=a+CN=b,dc=x', 'cn=b+uid=a,dc=x'],
    ['inner spaces', 'cn=a   b,dc=x', 'cn=a b,dc=x'],
    ['an escaped last space', String.raw`cn=a\ ,dc=x`, 'cn=a,dc=x'],
    ['equals signs and parentheses', 'cn=a=b (c)*,dc=x', 'cn=a=b (c)*,dc=x'],
    ['an object identifier', '2.5.4.3=a,dc=x', '2.5.4.3=a,dc=x'],
  ])('has one spelling, whatever its %s', (_what, dn, normal) => {
    expect(normalizeDn(dn)).toBe(normal);
    expect(normalizeDn(normal)).toBe(normal);
  });

  test.each([
    '',
    'admin',
    'cn=',
    '=x',
    'cn=a,',
    ',cn=a',
    'cn=a,,dc=x',
    'cn="a"',
    'cn=a\\',
    'cn=a;dc=x',
    'cn=#0403',
    'c n=a',
  ])('%j is none', (dn) => expect(normalizeDn(dn)).toBeNull());

  test('a value escaped by RFC 4514 stays one value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (value) => {
        fc.pre(value.trim() !== '');
        const normal = normalizeDn(`cn=${escapeDnValue(value)},dc=x`);
        expect(normal).not.toBeNull();
        expect(normal).toBe(normalizeDn(normal ?? ''));
        expect(normal?.endsWith(',dc=x')).toBe(true);
      }),
    );
  });
});
