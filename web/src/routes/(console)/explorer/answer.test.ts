import { expect, it } from 'vitest';
import { hasErrors } from './answer.ts';

it('finds errors of GraphQL and typed ones', () => {
  expect(hasErrors({ data: { a: 1 } })).toBe(false);
  expect(hasErrors({ data: { a: { __typename: 'Tenant' } } })).toBe(false);
  expect(hasErrors({ data: { a: { __typename: 'ForbiddenError' } } })).toBe(true);
  for (const body of [null, 'text', {}, { data: null }, { data: { a: 1 }, errors: [{}] }])
    expect(hasErrors(body)).toBe(true);
});
