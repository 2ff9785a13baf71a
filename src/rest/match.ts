import { AppError } from '../errors.ts';
import type { Method } from './route.ts';

/** What a row is found by. */
interface Located {
  readonly method: Method;
  readonly path: string;
}

export interface Match<Row> {
  readonly route: Row;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the row for a method and a path. Throws AppError route_not_found, or MethodNotAllowed. */
export function createMatcher<Row extends Located>(
  routes: readonly Row[],
): (method: string, path: string) => Match<Row> {
  // Words before parameters, so that /providers/models/all is never a provider whose id is "models".
  const rows = routes
    .map((route) => ({ route, segments: route.path.split('/') }))
    .toSorted((a, b) => parameters(a.segments) - parameters(b.segments));

  return (method, path) => {
    const segments = path.split('/');
    const here = rows.filter((row) => fits(row.segments, segments));
    const found = here.find(({ route }) => route.method === method);
    if (found) return { route: found.route, params: paramsOf(found.segments, segments) };
    if (here.length > 0)
      throw new MethodNotAllowed(
        method,
        here.map(({ route }) => route.method),
      );
    throw new AppError(
      'route_not_found',
      `There is nothing at ${path.slice(0, 100)}; GET /api/prism/docs shows what there is.`,
    );
  };
}

/** A path that exists, but not with this method; `allow` says with which. */
export class MethodNotAllowed extends AppError {
  readonly allow: string;

  constructor(method: string, allowed: readonly string[]) {
    const allow = [...new Set(allowed)].join(', ');
    super('method_not_allowed', `${method} is not possible here; ${allow} is.`);
    this.allow = allow;
  }
}

function parameters(segments: readonly string[]): number {
  return segments.filter((segment) => segment.startsWith(':')).length;
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
  );
}

/** Each segment is decoded by itself, so that a model id may hold an encoded "/". */
function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(part.slice(1), segments[i] ?? '');
  }
  return params;
}

function decode(name: string, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError('bad_input', `"${name}" in the path is not URL-encoded as it must be.`, {
      cause,
      fields: [{ path: name, message: 'must be URL-encoded UTF-8' }],
    });
  }
}
