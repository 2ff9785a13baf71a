import { BlockList, isIP, isIPv4 } from 'node:net';

/** Whose word about a client's address is taken. */
export type TrustProxy =
  /** So many hops in front of us are ours; 0 = none, the peer of the socket is the client. */
  | number
  /** The peers that are ours: addresses and networks (CIDR). */
  | readonly string[];

/** What it needs of a request. */
export interface AddressedRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Makes the one function that says where a request comes from. X-Forwarded-For is read from the right, and only as far
 * as those who wrote it are trusted: what stands further left is the caller's own claim.
 */
export function createClientAddress(trust: TrustProxy): (request: AddressedRequest) => string {
  const isTrusted = trusts(trust);
  return ({ socket, headers }) => {
    let client = plain(socket.remoteAddress ?? '');
    const claims = forwardedFor(headers['x-forwarded-for']);
    for (let hop = 0; isTrusted(client, hop); hop += 1) {
      const claim = claims.pop();
      // The end of the list, or something that is no address: the last one that is known is the client.
      if (claim === undefined || isIP(claim) === 0) break;
      client = claim;
    }
    return client;
  };
}

/**
 * Makes the function that says whether a request came by https: we speak http ourselves, so the proxy that stands
 * right before us has to say so, and has to be trusted.
 */
export function createHttpsCheck(trust: TrustProxy): (request: AddressedRequest) => boolean {
  const isTrusted = trusts(trust);
  return ({ socket, headers }) => {
    if (!isTrusted(plain(socket.remoteAddress ?? ''), 0)) return false;
    const header = headers['x-forwarded-proto'];
    const text = typeof header === 'string' ? header : (header ?? []).join(',');
    return text.split(',', 1)[0]?.trim().toLowerCase() === 'https';
  };
}

/** Whether the peer so many hops away is one of ours. */
function trusts(trust: TrustProxy): (address: string, hop: number) => boolean {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : within(trust);
}

/** The addresses in the order of the way, the client's own claim first. */
function forwardedFor(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  return text === '' ? [] : text.split(',').map((part) => plain(withoutPort(part.trim())));
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/** IPv4 in IPv6 clothes, as a socket that listens on both gives it, is the IPv4 address. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function within(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const { address, bits } = parseNetwork(network) ?? { address: '', bits: 0 };
    if (address !== '') list.addSubnet(address, bits, familyOf(address));
  }
  return (given) => {
    const address = given.replace(/%.*$/, '');
    return isIP(address) !== 0 && list.check(address, familyOf(address));
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

/** `10.0.0.0/8`, `2001:db8::/32` or a single address; null = none of them. */
export function parseNetwork(text: string): { address: string; bits: number } | null {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return null;
  const most = family === 4 ? 32 : 128;
  if (length === undefined) return { address, bits: most };
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) return null;
  return { address, bits: Number(length) };
}
