import { describe, expect, it } from 'vitest';
import { createClientAddress, createHttpsCheck, parseNetwork, type TrustProxy } from './client-address.ts';

function addressOf(trust: TrustProxy, peer: string | undefined, forwarded?: string | string[]): string {
  return createClientAddress(trust)({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
}

describe('the address of a client', () => {
  it('is the peer of the socket when nobody is trusted, whatever the header says', () => {
    expect(addressOf(0, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
    expect(addressOf([], '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
    expect(addressOf(0, '::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(addressOf(0, undefined, '203.0.113.9')).toBe('');
  });

  it.each<[string, TrustProxy, string, string, string]>([
    ['what one proxy has seen', 1, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['not what the client made up before it', 1, '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    [
      'what the first of two proxies has seen',
      2,
      '10.0.0.1',
      '1.1.1.1, 203.0.113.9, 10.0.0.2',
      '203.0.113.9',
    ],
    ['the last that is known when there are fewer', 3, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the proxy when it said nothing', 1, '10.0.0.1', '', '10.0.0.1'],
    ['the proxy when it passed on what is no address', 1, '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['the proxy when the list ends in nothing', 1, '10.0.0.1', '203.0.113.9, ', '10.0.0.1'],
    ['without its port', 1, '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6 without its port', 1, '10.0.0.1', '[2001:db8::9]:4711', '2001:db8::9'],
    ['IPv6 as it is', 1, '10.0.0.1', '2001:db8::9', '2001:db8::9'],
    ['IPv4 out of its IPv6 clothes', 1, '::ffff:10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
  ])('is %s', (_name, trust, peer, forwarded, expected) => {
    expect(addressOf(trust, peer, forwarded)).toBe(expected);
  });

  it('is the first from the right that is none of our networks', () => {
    const ours = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'];
    expect(addressOf(ours, '10.1.2.3', '1.1.1.1, 203.0.113.9, 192.0.2.7, 2001:db8::1')).toBe('203.0.113.9');
    expect(addressOf(ours, '::ffff:10.1.2.3', '203.0.113.9')).toBe('203.0.113.9');
    expect(addressOf(ours, '10.1.2.3', '10.9.9.9')).toBe('10.9.9.9');
  });

  it('is the peer when that is none of our networks, whatever it says', () => {
    const ours = ['10.0.0.0/8', '2001:db8::/32'];
    expect(addressOf(ours, '192.0.2.8', '10.0.0.1')).toBe('192.0.2.8');
    expect(addressOf(ours, '2001:db9::1', '10.0.0.1')).toBe('2001:db9::1');
    expect(addressOf(ours, 'fe80::1%eth0', '10.0.0.1')).toBe('fe80::1%eth0');
    expect(addressOf(['fe80::/10'], 'fe80::1%eth0', '203.0.113.9')).toBe('203.0.113.9');
  });

  it('takes the header however many times it was sent', () => {
    expect(addressOf(1, '10.0.0.1', ['1.1.1.1', '203.0.113.9'])).toBe('203.0.113.9');
  });
});

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', bits: 8 }],
    ['192.0.2.7', { address: '192.0.2.7', bits: 32 }],
    ['2001:db8::/32', { address: '2001:db8::', bits: 32 }],
    ['::1', { address: '::1', bits: 128 }],
  ])('takes %s', (text, network) => {
    expect(parseNetwork(text)).toEqual(network);
  });

  it.each([
    '',
    'loopback',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '::1/129',
    'fe80::1%eth0',
    '10.0.0.0/-1',
  ])('refuses "%s"', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});

describe('https', () => {
  const isHttps = (trust: TrustProxy, peer: string, proto?: string): boolean =>
    createHttpsCheck(trust)({
      socket: { remoteAddress: peer },
      headers: proto === undefined ? {} : { 'x-forwarded-proto': proto },
    });

  it('is what a trusted proxy says it is, and nobody else', () => {
    expect(isHttps(1, '10.0.0.1', 'https')).toBe(true);
    expect(isHttps(['10.0.0.0/8'], '10.0.0.1', 'HTTPS, http')).toBe(true);
    expect(isHttps(1, '10.0.0.1', 'http')).toBe(false);
    expect(isHttps(1, '10.0.0.1')).toBe(false);
    expect(isHttps(0, '10.0.0.1', 'https')).toBe(false);
    expect(isHttps(['10.0.0.0/8'], '192.0.2.1', 'https')).toBe(false);
  });
});
