import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { SetupStatusDocument } from './generated/documents.ts';
import { createMatcher, MethodNotAllowed } from './match.ts';
import { route, type Method } from './route.ts';

const row = (method: Method, path: string) =>
  route({
    method,
    path,
    heading: '',
    summary: '',
    params: {},
    document: SetupStatusDocument,
    variables: () => ({}),
    respond: () => null,
  });

const match = createMatcher([
  row('GET', '/things/:id'),
  row('GET', '/things/all'),
  row('PUT', '/things/:id'),
  row('PATCH', '/things/:id/parts/:partId'),
]);

describe('a path', () => {
  it('prefers a word to a parameter', () => {
    expect(match('GET', '/things/all').route.path).toBe('/things/all');
    expect(match('GET', '/things/other')).toMatchObject({
      route: { path: '/things/:id' },
      params: { id: 'other' },
    });
    expect(match('PUT', '/things/all').params).toEqual({ id: 'all' });
  });

  it('is decoded segment by segment, so that an id may hold a slash', () => {
    const { params } = match('PATCH', '/things/1/parts/meta-llama%2Fllama-3%3Afree');
    expect(params).toEqual({ id: '1', partId: 'meta-llama/llama-3:free' });
  });

  it.each(['/', '/things', '/things/', '/things/1/parts', '/things/1/parts/2/3', '/THINGS/1'])(
    '%s is none',
    (path) => {
      expect(() => match('GET', path)).toThrow(AppError);
    },
  );

  it('says which methods it has', () => {
    const wrong = (() => {
      try {
        return match('DELETE', '/things/1');
      } catch (error) {
        return error;
      }
    })();
    expect(wrong).toBeInstanceOf(MethodNotAllowed);
    expect(wrong).toMatchObject({ allow: 'GET, PUT', status: 405 });
  });
});
