import fc from 'fast-check';
import { EqualityFilter, FilterParser } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { escapeFilterValue, fillFilter, filterProblem } from './filter.ts';

describe('a value in a filter', () => {
  test.each([
    ['Parens R Us (for all)', String.raw`Parens R Us \28for all\29`],
    ['*', String.raw`\2a`],
    [String.raw`C:\MyFile`, String.raw`C:\5cMyFile`],
    ['\0', String.raw`\00`],
    ['Müller', 'Müller'],
  ])('%j is written as RFC 4515 says', (value, escaped) => {
    expect(escapeFilterValue(value)).toBe(escaped);
  });

  test('whatever a name holds, it is compared as a whole and never read as syntax', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (username) => {
        const filter = FilterParser.parseString(fillFilter('(uid={{username}})', { username }));
        expect(filter).toBeInstanceOf(EqualityFilter);
        expect(filter).toMatchObject({ attribute: 'uid', value: username });
      }),
    );
  });

  test('a name that looks like a placeholder is a name', () => {
    expect(fillFilter('(&(uid={{username}})(cn={{dn}}))', { username: '{{dn}}$&', dn: 'x' })).toBe(
      '(&(uid={{dn}}$&)(cn=x))',
    );
  });
});

describe('a filter of the settings', () => {
  test.each([
    '(uid={{username}})',
    'uid={{username}}',
    '(&\n (objectClass=person)\n (| (uid={{username}})(mail={{username}}) )\n)',
  ])('%j is taken', (filter) => expect(filterProblem(filter, ['username'])).toBeNull());

  test.each([
    ['(uid=*)', 'must contain {{username}}'],
    ['(uid={{user}})', 'placeholder'],
    ['(uid={{username}}', 'must be an LDAP filter'],
    ['(uid={{username}}))', 'must be an LDAP filter'],
    ['(&(uid={{username}})(x))', 'must be an LDAP filter'],
    ['(member={{dn}}{{username}})', 'cannot contain {{dn}}'],
  ])('%j is refused: %s', (filter, problem) => {
    expect(filterProblem(filter, ['username'])).toContain(problem);
  });

  test('a group filter may name the member or the user name', () => {
    expect(filterProblem('(member:1.2.840.113556.1.4.1941:={{dn}})', ['dn', 'username'])).toBeNull();
    expect(filterProblem('(memberUid={{username}})', ['dn', 'username'])).toBeNull();
    expect(filterProblem('(cn=x)', ['dn', 'username'])).toBe('must contain {{dn}} or {{username}}');
  });
});
