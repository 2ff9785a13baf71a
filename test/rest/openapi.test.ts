import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiTable } from '../../src/rest/docs.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ users: false });
});
afterAll(() => stage.close());

const table = createApiTable();
const document = table.document();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the document of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('is printed and checked in as openapi.json', () => {
    const file = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has the version of the product', () => {
    const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version }: { version: string } = JSON.parse(file);
    expect(document.info['version']).toBe(version);
  });

  it('holds every row of the tables, and names each operation once', () => {
    const written = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const rows = [...table.routes, ...table.raw].map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(rows.filter((row) => !written.includes(row))).toEqual([]);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('describes every parameter and knows what every answer is', () => {
    for (const { path, operation } of operations) {
      for (const { name, description } of operation.parameters ?? []) {
        expect([path, name, description]).not.toContain('');
      }
      for (const [status, { content }] of Object.entries(operation.responses)) {
        for (const [type, { schema }] of Object.entries(content)) {
          expect([path, status, type, Object.keys(schema).length > 0]).toEqual([path, status, type, true]);
        }
      }
    }
  });

  it('holds no mark and no secret’s name as an answer', () => {
    expect(JSON.stringify(document)).not.toContain('\\u0001');
  });

  it('is served to everybody', async () => {
    const { status, body } = await stage.rest('GET', '/api/prism/openapi.json', undefined, '');
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(document)));
  });
});

describe('the page of the API', () => {
  const page = async () => {
    const response = await fetch(`${stage.url}/api/prism/docs`);
    return { response, html: await response.text() };
  };

  it('names every operation, without a script and without fetching anything', async () => {
    const { response, html } = await page();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(operations.filter(({ operation }) => !html.includes(`id="${operation.operationId}"`))).toEqual([]);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|https?:\/\//i);
  });

  it('forbids the browser whatever it does not need', async () => {
    const { response } = await page();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/style-src 'sha256-[\w+/=]+'/);
    expect(policy).not.toContain('unsafe');
  });
});
