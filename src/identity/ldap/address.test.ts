import { describe, expect, test } from 'vitest';
import { parseDirectoryUrl } from './address.ts';

describe('the address of a directory', () => {
  test.each([
    ['ldap://ldap.example.com', { host: 'ldap.example.com', port: 389, secure: false }],
    ['LDAPS://LDAP.Example.com/', { host: 'ldap.example.com', port: 636, secure: true }],
    ['ldap://10.0.0.1:1389', { host: '10.0.0.1', port: 1389, secure: false }],
    ['ldaps://[2001:db8::1]:3269', { host: '2001:db8::1', port: 3269, secure: true }],
  ])('%s', (url, address) => expect(parseDirectoryUrl(url)).toEqual(address));

  test.each([
    'http://ldap.example.com',
    'ldap.example.com',
    'ldapi:///var/run/ldapi',
    'ldap://',
    'ldap://:389',
    'ldap://user:secret@ldap.example.com',
    'ldap://ldap.example.com/dc=example,dc=com',
    'ldap://ldap.example.com?uid',
    'ldap://ldap.example.com:0',
    'ldap://ldap.example.com:99999',
    'ldap://a b',
  ])('%s is none', (url) => expect(parseDirectoryUrl(url)).toBeTypeOf('string'));
});
