import { isIP } from 'node:net';
import type { DirectoryAddress } from './connection.ts';

const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?\.?$/i;

/** `ldaps://ldap.example.com:636` → where to connect. A string is what is wrong with it. */
export function parseDirectoryUrl(text: string): DirectoryAddress | string {
  if (!/^ldaps?:\/\//i.test(text)) return 'must begin with ldap:// or ldaps://';
  const url = URL.parse(text);
  if (url === null) return 'must be an address such as ldaps://ldap.example.com:636';
  if (url.username !== '' || url.password !== '')
    return 'must not hold a name or password; give them as bindDn and bindPassword';
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
    return 'must be scheme, host and port only; the base DN goes into searchBase';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) === 0 && !NAME.test(host)) return 'must name a host, as in ldaps://ldap.example.com:636';
  const secure = url.protocol === 'ldaps:';
  const port = url.port === '' ? (secure ? 636 : 389) : Number(url.port);
  return port === 0 ? 'must have a port from 1 to 65535' : { host, port, secure };
}
