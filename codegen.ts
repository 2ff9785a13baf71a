import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { printSchema } from 'graphql';
import { schema } from './src/graphql/schema.ts';

// node codegen.ts           prints schema.graphql, the typed documents of REST and the console, and openapi.json
// node codegen.ts --check   fails when schema.graphql or openapi.json is not what the code says

const root = import.meta.dirname;
const SCHEMA_FILE = join(root, 'schema.graphql');
const OPENAPI_FILE = join(root, 'openapi.json');

/** Where documents are written by hand, and the file that their types go into. */
const DOCUMENTS = [
  { documents: 'src/rest/**/*.graphql', target: 'src/rest/generated/documents.ts', immutableTypes: true },
  // Svelte's inputs are bound to variables, so they must be writable.
  { documents: 'web/src/**/*.graphql', target: 'web/src/lib/generated/graphql.ts', immutableTypes: false },
];

/** What each scalar is as JSON, on both sides (src/graphql/scalars.ts). */
const SCALARS = {
  ID: 'string',
  DateTime: 'string',
  JSON: 'unknown',
  JSONObject: 'Record<string, unknown>',
  StringMap: 'Record<string, string>',
  PriceMap: 'Record<string, Record<string, number>>',
  USD: 'number',
  Count: 'number',
};

const sdl = `# Printed by codegen.ts from src/graphql; not to be edited.\n\n${printSchema(schema)}\n`;

if (process.argv.includes('--check')) await check();
else await write();

async function check(): Promise<void> {
  for (const [file, text] of [
    [SCHEMA_FILE, sdl],
    [OPENAPI_FILE, await openapi()],
  ] as const) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    process.stderr.write(
      `${basename(file)} is not what the code says. Run "node codegen.ts" and commit it.\n`,
    );
    process.exitCode = 1;
  }
}

/** Loaded late: the tables of REST are made of the documents that are generated first. */
async function openapi(): Promise<string> {
  const { createApiTable } = await import('./src/rest/docs.ts');
  return `${JSON.stringify(createApiTable().document(), null, 2)}\n`;
}

async function write(): Promise<void> {
  writeFileSync(SCHEMA_FILE, sdl);
  for (const { documents, target, immutableTypes } of DOCUMENTS) {
    if (globSync(documents, { cwd: root }).length === 0) continue;
    await generate(
      {
        cwd: root,
        schema: sdl,
        documents,
        silent: true,
        errorsOnly: true,
        generates: {
          [target]: {
            plugins: ['typescript-operations', 'typed-document-node'],
            config: {
              scalars: SCALARS,
              useTypeImports: true,
              enumType: 'string-literal',
              nonOptionalTypename: false,
              skipTypename: true,
              immutableTypes,
              dedupeFragments: true,
            },
          },
        },
      },
      true,
    );
  }
  writeFileSync(OPENAPI_FILE, await openapi());
}
