import { describe, expect, it } from 'vitest';
import { UpstreamFailure } from '../providers/adapter.ts';
import { USE_HTTPS } from './check-connection.ts';
import { mendOf } from './check-mend.ts';

const failed = (step: string, error: unknown, suggestion = 'Try something.') => ({ step, error, suggestion });
const withCode = (code: string) =>
  new UpstreamFailure('connection', 'x', { cause: Object.assign(new Error('x'), { code }) });
const at = (baseUrl: string, options = {}) => ({ baseUrl, options });

describe('the mend of a failed check', () => {
  it('is https where the server wants it, and http where it speaks plain', () => {
    const mend = { path: 'config.baseUrl' };
    expect(mendOf(failed('connection', withCode('HTTPS_REQUIRED')), at('http://a.example:8443/x'))).toEqual({
      ...mend,
      label: 'Use https://',
      value: 'https://a.example:8443/x',
    });
    expect(
      mendOf(failed('connection', withCode('ECONNRESET'), USE_HTTPS), at('http://a.example')),
    ).toMatchObject({ value: 'https://a.example' });
    expect(
      mendOf(failed('tls', withCode('ERR_SSL_WRONG_VERSION_NUMBER')), at('https://a.example:8000')),
    ).toEqual({ ...mend, label: 'Use http://', value: 'http://a.example:8000' });
  });

  it('is another key where the key is refused: it must be typed', () => {
    const refused = new UpstreamFailure('credentials', 'no', { status: 401 });
    expect(mendOf(failed('completion', refused), at('https://a.example'))).toMatchObject({
      path: 'config.auth.apiKey',
      value: null,
    });
  });

  it('is an API path less, or an address without its path, where the path is not known there', () => {
    const missing = new UpstreamFailure('rejected', 'no such path', { status: 404 });
    expect(mendOf(failed('path', missing), at('https://a.example', { path: '/v2' }))).toMatchObject({
      path: 'config.options.path',
      value: '',
    });
    expect(mendOf(failed('path', missing), at('https://a.example/proxy'))).toMatchObject({
      label: 'Leave out /proxy',
      value: 'https://a.example',
    });
    expect(mendOf(failed('path', missing), at('https://a.example'))).toBeNull();
  });

  it('is not guessed where nothing is sure', () => {
    expect(mendOf(failed('connection', withCode('ECONNREFUSED')), at('http://a.example'))).toBeNull();
  });
});
