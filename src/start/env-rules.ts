import { z } from 'zod';
import { parseNetwork } from '../identity/client-address.ts';

/** The shortest secret that is taken, in characters. */
const SHORTEST_SECRET = 32;
/** A random one of that length has far more different characters than this, be it in hex or base64. */
const FEWEST_DIFFERENT = 8;
/** Parts of the placeholders that examples and templates are full of. */
const PLACEHOLDERS =
  /change[\s_-]?(me|this|in[\s_-]?prod)|replace[\s_-]?(me|this|with)|place[\s_-]?holder|your[\s_-](own[\s_-])?(\w+[\s_-])?(secret|key)|super[\s_-]?secret|secret[\s_-]?key|insecure|example|default|password|0123456789abcdef|1234567890/i;

/** A variable that may be absent; `initial` stands for it then. */
export function setting<Rule extends z.ZodType, const Initial>(rule: Rule, initial: Initial) {
  return rule
    .optional()
    .transform((value): z.output<Rule> | Initial => (value === undefined ? initial : value));
}

export function oneOf<const Options extends readonly string[]>(...options: Options) {
  return z.enum(options, `must be one of ${options.join(', ')}`);
}

export function wholeNumber(min: number, max: number, example: number) {
  const message = `must be a whole number from ${min} to ${max}, for example ${example}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

export function boolean() {
  return z
    .enum(['true', 'false', '1', '0'], 'must be true or false')
    .transform((value) => value === 'true' || value === '1');
}

/** An address whose password, if any, is not repeated in the message. */
export function url(protocols: readonly string[], example: string) {
  return z.string().refine((text) => {
    const parsed = URL.parse(text);
    return parsed !== null && protocols.includes(parsed.protocol) && text.startsWith(`${parsed.protocol}//`);
  }, `must be an address such as ${example}`);
}

/** One origin, without a path. */
export function httpOrigin() {
  return z.string().refine((text) => {
    const parsed = URL.parse(text);
    return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.origin === text;
  }, 'must be an origin without a path, such as https://prism.company.com');
}

/** A number of hops, or comma-separated addresses and networks. */
export function proxies() {
  return z.string().transform((text, context): number | string[] => {
    if (/^\d$/.test(text)) return Number(text);
    const networks = splitList(text);
    if (networks.length === 0 || networks.some((network) => parseNetwork(network) === null)) {
      context.addIssue(
        'must be the number of proxies in front of us (0 to 9), or their addresses and networks, such as 10.0.0.0/8,192.0.2.7',
      );
    }
    return networks;
  });
}

/** Comma-separated origins. `*` is refused, because browsers send credentials to this API. */
export function httpOrigins() {
  return z.string().transform((text, context): string[] => {
    const origins = splitList(text);
    for (const origin of origins) {
      const parsed = URL.parse(origin);
      const isOrigin = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.origin === origin;
      if (isOrigin && !origin.includes('*')) continue;
      const hint = origin.includes('*') ? 'may not hold *, because credentials are sent along; ' : '';
      context.addIssue(
        `${hint}must be origins without a path, such as https://app.company.com,http://localhost:5173`,
      );
    }
    return origins;
  });
}

export function secret() {
  return z.string().superRefine((text, context) => {
    const problem = weakness(text);
    if (problem) context.addIssue(problem);
  });
}

/** Comma-separated secrets. */
export function keyList() {
  return z.string().transform((text, context): string[] => {
    const keys = splitList(text);
    if (keys.length === 0) context.addIssue('holds no key, only commas');
    for (const [index, key] of keys.entries()) {
      const problem = weakness(key);
      if (problem) context.addIssue(keys.length === 1 ? problem : `key ${index + 1} ${problem}`);
    }
    if (new Set(keys).size < keys.length) context.addIssue('has the same key twice; each must differ');
    return keys;
  });
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Why a secret is not taken, or null. */
function weakness(text: string): string | null {
  const advice = `must be at least ${SHORTEST_SECRET} random characters, for example from: openssl rand -base64 32`;
  if (text.length < SHORTEST_SECRET) return `has ${text.length} characters; ${advice}`;
  if (PLACEHOLDERS.test(text)) return `is a placeholder; ${advice}`;
  if (new Set(text).size < FEWEST_DIFFERENT) return `is too regular; ${advice}`;
  return null;
}
