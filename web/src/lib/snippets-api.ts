/** Ready to paste. A token that is not known (tokens are shown once) is written as a shell variable. */
const TOKEN = '$PRISM_TOKEN';

/** Any operation by curl; asks who the token is unless another query is given. */
export function graphqlCurl(to: {
  origin: string;
  token?: string;
  query?: string;
  variables?: Readonly<Record<string, unknown>>;
}): string {
  const { origin, token = TOKEN, query = '{ me { username role permissions } }', variables = {} } = to;
  const compact = query.replaceAll(/\s+/g, ' ').trim();
  const body = JSON.stringify({
    // A comment would swallow the rest of the line.
    query: query.includes('#') ? query : compact,
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
  });
  return [
    `curl ${origin}/graphql`,
    `  -H "Authorization: Bearer ${token}"`,
    `  -H "Content-Type: application/json"`,
    `  -d '${quoted(body)}'`,
  ].join(' \\\n');
}

/** A fresh token as it is needed: for a program's environment, and for a first try. */
export function tokenLines(to: { origin: string; token: string }) {
  return [
    { title: 'For a program', label: '.env line', text: `PRISM_TOKEN=${to.token}` },
    { title: 'Try it', label: 'curl command', text: graphqlCurl(to) },
  ] as const;
}

export function restCurl(to: { origin: string; path: string; token?: string }): string {
  const { origin, path, token = TOKEN } = to;
  return `curl ${origin}${path} \\\n  -H "Authorization: Bearer ${token}"`;
}

/** For a shell's single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
