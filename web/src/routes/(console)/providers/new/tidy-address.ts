/** An address as it was typed, made usable, and what was changed about it. */
export interface TidyAddress {
  readonly value: string;
  /** One part of a sentence each: "added https://". Empty = it was fine. */
  readonly notes: readonly string[];
}

/** The operation at an end that people paste along; the API's own path before it may stay. */
const OPERATION = /\/(?:chat\/completions|completions|embeddings|models|messages|responses)$/;

/** Web sites of vendors, as opposed to their APIs. */
const SITES: Readonly<Record<string, string>> = {
  'openai.com': 'https://api.openai.com',
  'www.openai.com': 'https://api.openai.com',
  'platform.openai.com': 'https://api.openai.com',
  'chat.openai.com': 'https://api.openai.com',
  'chatgpt.com': 'https://api.openai.com',
  'anthropic.com': 'https://api.anthropic.com',
  'www.anthropic.com': 'https://api.anthropic.com',
  'console.anthropic.com': 'https://api.anthropic.com',
  'claude.ai': 'https://api.anthropic.com',
};

/** Names and addresses within one's own network, which rarely speak TLS. */
const PRIVATE =
  /^(?:[^.]+|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|\[::1\]|.*\.(?:local|internal|lan))$/i;

/** Mends what people usually get wrong; what it cannot read it leaves as it is, for the server to judge. */
export function tidyAddress(text: string): TidyAddress {
  const notes: string[] = [];
  const bare = text.trim().replace(/^["'`<]+|["'`>,;]+$/g, '');
  if (bare === '') return { value: '', notes };
  if (bare !== text.trim()) notes.push('left out quotes and the like');
  const withScheme = addScheme(bare.replaceAll(/\s+/g, ''), notes);
  const url = URL.parse(withScheme);
  if (url === null || !/^https?:$/.test(url.protocol)) return { value: bare, notes: [] };
  if (url.username !== '' || url.password !== '') {
    notes.push('left out user and password: they belong into the key');
  }
  if (url.search !== '' || url.hash !== '') notes.push(`left out ${url.search}${url.hash}`);
  const site = SITES[url.hostname.toLowerCase()];
  if (site !== undefined) {
    notes.push(`took ${new URL(site).hostname}: ${url.hostname} is the web site`);
    return { value: site, notes };
  }
  const path = url.pathname.replace(/\/+$/, '');
  const withoutOperation = path.replace(OPERATION, '').replace(/\/+$/, '');
  if (withoutOperation !== path) notes.push(`left out ${path.slice(withoutOperation.length)}`);
  const ownPath = openRouterPath(url.hostname, withoutOperation, notes);
  return { value: `${url.protocol}//${url.host}${ownPath}`, notes };
}

function addScheme(text: string, notes: string[]): string {
  const broken = /^(https?)(?::\/?|\/{1,2}|;\/\/|:\/\/\/+)(?=[^/])/i.exec(text);
  if (/^https?:\/\/[^/]/i.test(text)) return text;
  if (broken !== null) {
    const scheme = (broken[1] ?? 'https').toLowerCase();
    notes.push(`wrote ${scheme}:// for ${broken[0]}`);
    return `${scheme}://${text.slice(broken[0].length)}`;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const scheme = PRIVATE.test(text.split(/[/:?#]/, 1)[0] ?? '') ? 'http' : 'https';
  notes.push(`added ${scheme}://`);
  return `${scheme}://${text}`;
}

/** OpenRouter's API lies under /api; its bare host is the web site. */
function openRouterPath(host: string, path: string, notes: string[]): string {
  if (!/^(?:www\.)?openrouter\.ai$/i.test(host) || path.startsWith('/api')) return path;
  notes.push('added /api: OpenRouter’s API lies there');
  return `/api${path}`;
}

/** "Added https://; left out /chat/completions." */
export function notesText(notes: readonly string[]): string {
  const text = notes.join('; ');
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
