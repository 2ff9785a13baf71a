import { readFileSync } from 'node:fs';

/** A column as schema.prisma says it and as information_schema would. */
export interface Column {
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** Column lists, each joined by a comma. */
  readonly indexes: readonly string[];
  readonly uniques: readonly string[];
}

export interface PrismaSchema {
  readonly tables: readonly Table[];
  /** Enum name in the database → its values. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** PostgreSQL's own names (`format_type`) of what Prisma writes. */
const SCALARS: Readonly<Record<string, string>> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Json: 'jsonb',
};

/** Reads the little of Prisma's language that our schema uses; throws at anything else. */
export function readPrismaSchema(path: string): PrismaSchema {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^(model|enum) (\w+) \{\n([\s\S]*?)\n\}/gm)];
  const bodies = (kind: string) =>
    blocks
      .filter((block) => block[1] === kind)
      .map((block) => ({ name: block[2] ?? '', lines: linesOf(block[3] ?? '') }));
  const enums = new Map(bodies('enum').map(({ name, lines }) => [name, readEnum(lines)]));
  const models = new Set(bodies('model').map(({ name }) => name));
  return {
    tables: bodies('model').map(({ lines }) => readModel(lines, models, enums)),
    enums: Object.fromEntries([...enums.values()].map(({ name, values }) => [name, values])),
  };
}

interface EnumBlock {
  readonly name: string;
  readonly values: readonly string[];
}

function linesOf(body: string): string[] {
  return body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));
}

function mapped(line: string): string | undefined {
  return /@map\("([^"]+)"\)/.exec(line)?.[1];
}

function readEnum(lines: readonly string[]): EnumBlock {
  const values = lines.filter((line) => !line.startsWith('@@')).map((line) => mapped(line) ?? line);
  return { name: blockName(lines), values };
}

function blockName(lines: readonly string[]): string {
  const name = mapped(lines.find((line) => line.startsWith('@@map')) ?? '');
  if (!name) throw new Error(`a block without @@map: ${lines.join(' ')}`);
  return name;
}

function readModel(lines: readonly string[], models: Set<string>, enums: Map<string, EnumBlock>): Table {
  const fields = lines
    .filter((line) => !line.startsWith('@@'))
    .map(readField)
    .filter((field) => !models.has(field.base));
  const columnOf = new Map(fields.map((field) => [field.name, field.column]));
  const lists = (attribute: string) =>
    lines.filter((line) => line.startsWith(attribute)).map((line) => columnList(line, columnOf));
  const tagged = (tag: RegExp) => fields.filter((field) => tag.test(field.line)).map((field) => field.column);
  return {
    name: blockName(lines),
    columns: fields.map((field) => ({
      column: field.column,
      type: columnType(field, enums),
      nullable: field.nullable,
    })),
    primaryKey: lists('@@id')[0]?.split(',') ?? tagged(/ @id\b/),
    indexes: lists('@@index'),
    uniques: [...lists('@@unique'), ...tagged(/ @unique\b/)],
  };
}

function readField(line: string) {
  const [, name, base, list, optional] = /^(\w+)\s+(\w+)(\[\])?(\?)?/.exec(line) ?? [];
  if (!name || !base) throw new Error(`not understood: ${line}`);
  return {
    line,
    name,
    base,
    column: mapped(line) ?? name,
    list: list !== undefined,
    nullable: optional !== undefined,
  };
}

function columnType(
  { line, base, list }: ReturnType<typeof readField>,
  enums: Map<string, EnumBlock>,
): string {
  const native = /@db\.(\w+)(?:\(([\d, ]+)\))?/.exec(line);
  const type = native
    ? nativeType(native[1] ?? '', native[2] ?? '')
    : (SCALARS[base] ?? quoted(enums.get(base)?.name));
  return list ? `${type}[]` : type;
}

function nativeType(name: string, size: string): string {
  if (name === 'Timestamptz') return `timestamp(${size}) with time zone`;
  if (name === 'Decimal') return `numeric(${size.replace(' ', '')})`;
  if (name === 'Uuid') return 'uuid';
  throw new Error(`an unknown native type: ${name}`);
}

function quoted(name: string | undefined): string {
  if (!name) throw new Error('an unknown type');
  return name;
}

/** `@@index([tenantId, at(sort: Desc)])` → `tenant_id,at DESC`. */
function columnList(line: string, columnOf: Map<string, string>): string {
  const inside = /\[(.*)\]/.exec(line)?.[1] ?? '';
  return inside
    .split(',')
    .map((part) => {
      const [, field = '', sort] = /(\w+)(?:\(sort: (\w+)\))?/.exec(part) ?? [];
      return (columnOf.get(field) ?? `?${field}`) + (sort === 'Desc' ? ' DESC' : '');
    })
    .join(',');
}
