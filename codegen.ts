import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  {
    documents: 'src/rest/**/*.graphql',
    target: 'src/rest/generated/documents.ts',
    immutableTypes: true,
    apart: false,
  },
  {
    documents: 'web/src/**/*.graphql',
    target: 'web/src/lib/generated/graphql.ts',
    // Svelte's inputs are bound to variables, so they must be writable.
    immutableTypes: false,
    // A page loads the documents that it asks with, not those of all pages.
    apart: true,
  },
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

/** How the plugin writes what goes into modules of their own. */
const IMPORT_OF_TYPE = /^import type \{ TypedDocumentNode as DocumentNode \} from .*\n/m;
const DOCUMENT = /^export const (\w+) = (.*) as unknown as DocumentNode<(.*)>;\n?/gm;

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
  for (const { documents, target, immutableTypes, apart } of DOCUMENTS) {
    if (globSync(documents, { cwd: root }).length === 0) continue;
    const generated: unknown = await generate(
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
      false,
    );
    writeDocuments(join(root, target), textOf(generated), apart);
  }
  writeFileSync(OPENAPI_FILE, await openapi());
}

/** Of the one file that was generated; the generator does not say what it returns. */
function textOf(generated: unknown): string {
  const file: unknown = Array.isArray(generated) ? generated[0] : null;
  if (typeof file === 'object' && file !== null && 'content' in file && typeof file.content === 'string')
    return file.content;
  throw new Error('Nothing was generated.');
}

/** `apart`: each document goes into a module of its own beside the types, which names them all. */
function writeDocuments(target: string, text: string, apart: boolean): void {
  mkdirSync(dirname(target), { recursive: true });
  if (!apart) return replace(target, text);
  const directory = join(dirname(target), 'documents');
  mkdirSync(directory, { recursive: true });
  const gone = new Set(readdirSync(directory));
  const names: string[] = [];
  const types = text
    .replace(IMPORT_OF_TYPE, '')
    .replaceAll(DOCUMENT, (_line, name: string, value: string, kinds: string) => {
      // What pages ask with has its fragments in it; alone, nobody asks with them.
      if (name.endsWith('FragmentDoc')) return '';
      replace(join(directory, `${name}.ts`), moduleOf(name, value, kinds));
      gone.delete(`${name}.ts`);
      names.push(name);
      return '';
    });
  if (/^export const /m.test(types))
    throw new Error(`${target} has documents that are written in another way.`);
  const list = names.map((name) => `export { ${name} } from './documents/${name}.ts';\n`);
  replace(target, `${types.trimEnd()}\n\n${list.join('')}`);
  for (const name of gone) rmSync(join(directory, name));
}

function moduleOf(name: string, value: string, kinds: string): string {
  const used = kinds.split(', ').filter((kind) => kind !== 'unknown');
  return `import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ${used.join(', ')} } from '../graphql.ts';

export const ${name} = ${value} as unknown as TypedDocumentNode<${kinds}>;
`;
}

/** Only what is new: who watches the files need not look again. */
function replace(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
