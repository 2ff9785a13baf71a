import { expect, it } from 'vitest';
import { graphqlCurl, restCurl } from './snippets-api.ts';

it('is a command that a shell takes as it is', () => {
  const text = graphqlCurl({
    origin: 'http://h',
    query: 'query {\n  user(id: "it\'s") { id }\n}',
    variables: { a: 1 },
  });
  expect(text).toContain('Bearer $PRISM_TOKEN');
  expect(text).toContain(`-d '{"query":"query { user(id: \\"it'\\''s\\") { id } }","variables":{"a":1}}'`);
  expect(graphqlCurl({ origin: 'http://h', query: '{ a # why\n b }' })).toContain('# why\\n b');
  expect(restCurl({ origin: 'http://h', path: '/api/prism/x', token: 't' })).toBe(
    'curl http://h/api/prism/x \\\n  -H "Authorization: Bearer t"',
  );
});
