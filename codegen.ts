import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { printSchema } from 'graphql';
import { schema } from './src/graphql/schema.ts';

// node codegen.ts           prints schema.graphql and the typed documents of REST and the console
// node codegen.ts --check   fails when schema.graphql is not what the code says

const root = import.meta.dirname;
const SCHEMA_FILE = join(root, 'schema.graphql');

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

if (process.argv.includes('--check')) check();
else await write();

function check(): void {
  if (existsSync(SCHEMA_FILE) && readFileSync(SCHEMA_FILE, 'utf8') === sdl) return;
  process.stderr.write('schema.graphql is not what src/graphql says. Run "node codegen.ts" and commit it.\n');
  process.exitCode = 1;
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
}
