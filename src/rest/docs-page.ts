import type { JsonSchema } from './json-schema.ts';
import type { OpenApi, Operation, ParameterObject } from './openapi.ts';

/** The style of the page, for the hash that lets it through the content security policy. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dbe2, #343845); --soft: light-dark(#5b6170, #9aa1b2);
  --back: light-dark(#f6f7f9, #1c1f27); --link: light-dark(#2456c9, #8ab0ff); }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.55 system-ui, sans-serif; background: light-dark(#fff, #14161c); color: light-dark(#1b1e26, #e6e8ee); }
a { color: var(--link); }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.page { display: grid; grid-template-columns: 16rem minmax(0, 1fr); max-width: 80rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 1.5rem 1rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .25rem .5rem; border-radius: .375rem; text-decoration: none; }
nav a:hover { background: var(--back); }
main { padding: 1.5rem; min-width: 0; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3, h4 { font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; color: var(--soft); margin: 1rem 0 .25rem; }
p { margin: .4rem 0; }
details.operation { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
details.operation > summary { cursor: pointer; padding: .6rem .9rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
details.operation > div { padding: 0 .9rem .9rem; }
.method { font: 600 12px ui-monospace, monospace; width: 3.6rem; flex: none; }
.what { color: var(--soft); flex: 1 1 12rem; }
ul.members { list-style: none; margin: .25rem 0; padding: 0 0 0 .9rem; border-left: 1px solid var(--line); }
ul.members li { margin: .3rem 0; }
.type { color: var(--soft); }
summary { cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 48rem) { .page { display: block; } nav { position: static; max-height: none; } }
`;

/** The document as one page of HTML: no script, nothing fetched, readable without either. */
export function printPage(document: OpenApi): string {
  const groups = document.tags.map(({ name }) => ({ name, rows: rowsOf(document, name) }));
  const links = groups.map(({ name }) => `<li><a href="#${anchor(name)}">${escape(name)}</a></li>`);
  const sections = groups.map(
    ({ name, rows }) => `<section id="${anchor(name)}"><h2>${escape(name)}</h2>${rows.join('')}</section>`,
  );
  const { title, description } = document.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(String(title))}: API reference</title><style>${STYLE}</style></head>
<body><div class="page"><nav aria-label="Sections"><ul>${links.join('')}</ul></nav>
<main><h1>${escape(String(title))}: API reference</h1>${paragraphs(String(description))}
<p>For programs: <a href="openapi.json">openapi.json</a>.</p>
${sections.join('\n')}</main></div></body></html>
`;
}

function rowsOf(document: OpenApi, tag: string): string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => printOperation(document, path, method, operation)),
  );
}

function printOperation(document: OpenApi, path: string, method: string, operation: Operation): string {
  const { summary, description, operationId, parameters = [], requestBody, responses } = operation;
  const print = (schema: JsonSchema) => printSchema(document, schema, []);
  const parts = [
    description === undefined ? '' : paragraphs(description),
    printParameters(
      'In the path',
      parameters.filter((one) => one.in === 'path'),
      print,
    ),
    printParameters(
      'In the query',
      parameters.filter((one) => one.in === 'query'),
      print,
    ),
    ...Object.values(requestBody?.content ?? {}).map(({ schema }) => `<h3>Body</h3>${print(schema)}`),
    ...Object.entries(responses).map(([status, { description: meaning, content }]) => {
      const isError = Number(status) >= 400;
      const bodies = Object.entries(content).map(([type, { schema }]) =>
        isError ? '' : `<p class="type">${escape(type)}</p>${print(schema)}`,
      );
      return `<h3>${escape(status)}</h3>${paragraphs(meaning)}${bodies.join('')}`;
    }),
  ];
  return `<details class="operation" id="${escape(operationId)}"><summary><span class="method">${method.toUpperCase()}</span> <code>${escape(path)}</code> <span class="what">${inline(summary)}</span></summary><div>${parts.join('')}</div></details>`;
}

function printParameters(
  title: string,
  parameters: readonly ParameterObject[],
  print: (schema: JsonSchema) => string,
): string {
  if (parameters.length === 0) return '';
  const items = parameters.map(
    ({ name, required, description, schema }) =>
      `<li><code>${escape(name)}</code> <span class="type">${required ? 'required' : 'optional'}</span> ${inline(description)} ${print(schema)}</li>`,
  );
  return `<h3>${title}</h3><ul class="members">${items.join('')}</ul>`;
}

/** `above`: names of the shared schemas that it stands in, so that one which holds itself comes to an end. */
function printSchema(document: OpenApi, schema: JsonSchema, above: readonly string[]): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) {
    const target = document.components.schemas[name];
    const about = schema.description === undefined ? '' : ` ${inline(schema.description)}`;
    const label = `<span class="type">${escape(name)}</span>${about}`;
    if (target === undefined || above.includes(name)) return label;
    return `<details><summary>${label}</summary>${printSchema(document, target, [...above, name])}</details>`;
  }
  if (schema.anyOf) return schema.anyOf.map((one) => printSchema(document, one, above)).join(' or ');
  const about = schema.description === undefined ? '' : ` ${inline(schema.description)}`;
  const inner = schema.items
    ? printSchema(document, schema.items, above)
    : printMembers(document, schema, above);
  return `<span class="type">${escape(typeOf(schema))}</span>${about}${inner}`;
}

function printMembers(
  document: OpenApi,
  { properties, required = [] }: JsonSchema,
  above: readonly string[],
): string {
  if (properties === undefined) return '';
  const items = Object.entries(properties).map(([name, member]) => {
    const optional = required.includes(name) ? '' : ' <span class="type">optional</span>';
    return `<li><code>${escape(name)}</code>${optional} ${printSchema(document, member, above)}</li>`;
  });
  return `<ul class="members">${items.join('')}</ul>`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
  const named = types.map((type) => (type === 'array' ? 'list of' : type)).join(' | ');
  return schema.format === undefined ? named : `${named} (${schema.format})`;
}

function paragraphs(text: string): string {
  return text
    .split('\n')
    .map((line) => `<p>${inline(line)}</p>`)
    .join('');
}

/** Text with \`code\` in it. */
function inline(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
