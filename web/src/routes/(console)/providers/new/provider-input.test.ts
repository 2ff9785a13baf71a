import { describe, expect, it } from 'vitest';
import type { ProviderDetailsFragment } from '#lib/generated/graphql.ts';
import {
  initialValues,
  storedValues,
  toProviderChanges,
  toProviderInput,
  toTrial,
  type ProviderKind,
} from './provider-input.ts';

const field = (path: string, kind = 'text', more = {}) => ({
  path,
  label: path,
  kind,
  required: false,
  help: null,
  placeholder: null,
  options: [],
  ...more,
});
const KIND: ProviderKind = {
  type: 'cloud',
  label: 'Cloud',
  defaultBaseUrl: 'https://cloud.example.com',
  chat: true,
  embeddings: true,
  discovery: true,
  form: [
    field('baseUrl', 'url', { required: true }),
    field('auth.type', 'select', { required: true, options: ['api_key', 'bearer'] }),
    field('auth.apiKey', 'secret', { required: true }),
    field('options.organization'),
    field('options.retries', 'number'),
    field('options.beta', 'boolean'),
  ],
};
const STORED: ProviderDetailsFragment = {
  id: 'p',
  slug: 'cloud',
  name: 'Cloud',
  type: 'cloud',
  active: true,
  status: 'CONNECTED',
  statusMessage: null,
  lastCheckedAt: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
  config: {
    baseUrl: 'https://cloud.example.com',
    apiPath: '/v1',
    options: { organization: 'org-1', unknown: 7, timeouts: { connectMs: 900 } },
    auth: { type: 'BEARER', hasCredentials: true, region: null },
  },
};

describe('a form for a new provider', () => {
  it('starts with the type’s own address and sends what was filled in', () => {
    const values = initialValues(KIND);
    expect(values).toMatchObject({ baseUrl: 'https://cloud.example.com', 'auth.type': 'api_key' });
    values['auth.apiKey'] = ' sk-1 ';
    values['options.retries'] = '3';
    values['options.timeouts.firstByteMs'] = '9000';
    expect(toProviderInput(KIND, 'Cloud', values)).toEqual({
      name: 'Cloud',
      type: 'cloud',
      config: {
        baseUrl: 'https://cloud.example.com',
        auth: { type: 'API_KEY', apiKey: 'sk-1' },
        options: { retries: 3, timeouts: { firstByteMs: 9000 } },
      },
    });
    expect(toTrial(KIND, null, values)).toMatchObject({
      type: 'cloud',
      config: { auth: { apiKey: 'sk-1' } },
    });
  });
});

describe('a form for a stored provider', () => {
  it('starts with what is stored, and never with a secret', () => {
    expect(storedValues(KIND, STORED)).toEqual({
      baseUrl: 'https://cloud.example.com',
      'auth.type': 'bearer',
      'auth.apiKey': '',
      'options.organization': 'org-1',
      'options.retries': '',
      'options.beta': false,
      'options.timeouts.connectMs': '900',
      'options.timeouts.firstByteMs': '',
      'options.timeouts.betweenBytesMs': '',
    });
  });

  it('sends only what changed, and keeps the options that it does not know', () => {
    expect(toProviderChanges(KIND, STORED, { name: 'New' })).toEqual({ name: 'New' });
    expect(toProviderChanges(KIND, STORED, { 'auth.apiKey': 'sk-2' })).toEqual({
      config: { auth: { apiKey: 'sk-2' } },
    });
    expect(
      toProviderChanges(KIND, STORED, { 'options.organization': '', 'options.timeouts.connectMs': '' }),
    ).toEqual({ config: { options: { unknown: 7 } } });
    expect(toTrial(KIND, STORED, { baseUrl: 'https://other.example.com' })).toEqual({
      id: 'p',
      type: 'cloud',
      config: { baseUrl: 'https://other.example.com' },
    });
  });
});
