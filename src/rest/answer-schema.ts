import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { described, leafSchema, orNull, type JsonSchema } from './json-schema.ts';

/**
 * What a row answers, found out by letting it answer: its `respond` is run on data whose every leaf is a mark that
 * stands for a field of the schema. Where a mark comes out again, that field's type and description belong. A second
 * run, in which all that may be null is null, shows what may be null or missing. So the document says what the code
 * does, and nobody keeps a second description of it. What `respond` computes anew (sums, parts of a text) is known by
 * its kind alone. The tests hold real answers against the result.
 */
export function answerSchema(
  schema: GraphQLSchema,
  document: DocumentNode,
  respond: (data: unknown) => unknown,
): JsonSchema {
  const found = successes(schema, document).map((success) => {
    const marks = new Marks();
    const full = respond(sample({ schema, document, ...success, marks, bare: false }));
    return schemaOf(full, bareAnswer(), marks);

    /** NOT_KNOWN when the row cannot answer such data. */
    function bareAnswer(): unknown {
      try {
        return respond(sample({ schema, document, ...success, marks: new Marks(), bare: true }));
      } catch {
        return NOT_KNOWN;
      }
    }
  });
  const different = found.filter(
    (one, at) => found.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at,
  );
  return different.length === 1 ? (different[0] ?? {}) : { anyOf: different };
}

const NOT_KNOWN = Symbol('not known');
/** On the sample of an object: the type that it stands for; copied along when the object is spread. */
const TYPE = Symbol('type');

interface Leaf {
  readonly type: GraphQLScalarType | GraphQLEnumType;
  readonly description: string | null | undefined;
}

/** Texts that stand for leaves. */
class Marks {
  readonly #leaves: Leaf[] = [];

  add(leaf: Leaf): string {
    this.#leaves.push(leaf);
    return `\u0001${this.#leaves.length - 1}\u0001`;
  }

  find(text: string): Leaf | undefined {
    // oxlint-disable-next-line no-control-regex -- marks are made of what no text has
    const at = /^\u0001(\d+)\u0001$/.exec(text)?.[1];
    return at === undefined ? undefined : this.#leaves[Number(at)];
  }
}

interface Sample {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** Which of the types that an operation may succeed with. */
  readonly type: GraphQLObjectType | null;
  /** The only root field that is asked for; null = all of them are. */
  readonly only: string | null;
  readonly marks: Marks;
  /** True = everything that may be null is null. */
  readonly bare: boolean;
}

function operationOf(document: DocumentNode) {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the document has no operation');
  return operation;
}

type Success = Pick<Sample, 'type' | 'only'>;

/** Every way in which an operation may succeed: each type of each root field of which only one is asked for. */
function successes(schema: GraphQLSchema, document: DocumentNode): Success[] {
  const fields = rootFields(schema, document);
  const isChoice = operationOf(document).selectionSet.selections.some(({ directives = [] }) =>
    directives.some(({ name }) => name.value === 'include'),
  );
  return (isChoice ? fields : fields.slice(0, 1)).flatMap((field): Success[] => {
    const only = isChoice ? field.name : null;
    const type = getNamedType(field.type);
    if (!isAbstractType(type)) return [{ type: null, only }];
    const types = schema.getPossibleTypes(type).filter((one) => !isError(one));
    return types.map((one) => ({ type: one, only }));
  });
}

/** Fields of the operation's root type that a document asks for. */
export function rootFields(schema: GraphQLSchema, document: DocumentNode) {
  const operation = operationOf(document);
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  return operation.selectionSet.selections.flatMap((selection) => {
    const field = selection.kind === Kind.FIELD ? fields[selection.name.value] : undefined;
    return field === undefined ? [] : [field];
  });
}

export function isError(type: GraphQLObjectType): boolean {
  return type.getInterfaces().some(({ name }) => name === 'Error');
}

function sample(how: Sample): unknown {
  const operation = operationOf(how.document);
  const root = how.schema.getRootType(operation.operation);
  if (!root) throw new Error('the schema has no such operation');
  return objectOf(how, root, operation.selectionSet, 0);
}

function objectOf(how: Sample, type: GraphQLObjectType, selections: SelectionSetNode, depth: number): object {
  const result: Record<string | symbol, unknown> = { [TYPE]: type };
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value;
      if (name === '__typename' || (depth === 0 && how.only !== null && how.only !== name)) continue;
      const field = type.getFields()[name];
      if (field === undefined) continue;
      const { description } = field;
      const value = valueOf(how, field.type, { selections: selection.selectionSet, description, depth });
      result[selection.alias?.value ?? name] = value;
    } else {
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragment(how, selection.name.value);
      const condition = inner.typeCondition && typeFromAST(how.schema, inner.typeCondition);
      if (isCompositeType(condition) && !covers(how.schema, condition, type)) continue;
      Object.assign(result, objectOf(how, type, inner.selectionSet, depth));
    }
  }
  return result;
}

function fragment({ document }: Sample, name: string) {
  const found = document.definitions.find(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
  if (found?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`there is no fragment ${name}`);
  return found;
}

function covers(schema: GraphQLSchema, condition: GraphQLCompositeType, type: GraphQLObjectType): boolean {
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
}

interface Place {
  readonly selections: SelectionSetNode | undefined;
  readonly description: string | null | undefined;
  /** 0 = a field of the root type: it is there, or the row has answered 404. */
  readonly depth: number;
}

function valueOf(how: Sample, type: GraphQLOutputType, place: Place): unknown {
  if (isNonNullType(type)) return presentValue(how, type.ofType, place);
  return how.bare && place.depth > 0 ? null : presentValue(how, type, place);
}

function presentValue(how: Sample, type: GraphQLOutputType, place: Place): unknown {
  if (isNonNullType(type)) return presentValue(how, type.ofType, place);
  if (isListType(type)) return [valueOf(how, type.ofType, { ...place, depth: place.depth + 1 })];
  if (isLeafType(type)) return how.marks.add({ type, description: place.description });
  const concrete = isObjectType(type) ? type : concreteOf(how, type);
  return objectOf(
    how,
    concrete,
    place.selections ?? { kind: Kind.SELECTION_SET, selections: [] },
    place.depth + 1,
  );
}

function concreteOf({ schema, type: chosen }: Sample, type: GraphQLCompositeType): GraphQLObjectType {
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const found = types.find((one) => one === chosen) ?? types.find((one) => !isError(one));
  if (found === undefined)
    throw new Error(`nothing is a ${isInterfaceType(type) ? 'type of ' : ''}${type.name}`);
  return found;
}

/** `bare`: the same place of the second run. */
function schemaOf(full: unknown, bare: unknown, marks: Marks): JsonSchema {
  const schema = presentSchema(full, bare === null ? NOT_KNOWN : bare, marks);
  return bare === null && full !== null ? orNull(schema) : schema;
}

function presentSchema(full: unknown, bare: unknown, marks: Marks): JsonSchema {
  if (typeof full === 'string') {
    const leaf = marks.find(full);
    if (leaf === undefined) return { type: 'string' };
    return described(
      leafSchema(leaf.type),
      leaf.description ?? (isEnumType(leaf.type) ? leaf.type.description : null),
    );
  }
  // What was computed from a mark is not a number.
  if (typeof full === 'number') return { type: 'number' };
  if (typeof full === 'boolean') return { type: 'boolean' };
  if (Array.isArray(full)) return arraySchema(full, bare, marks);
  if (typeof full === 'object' && full !== null) return objectSchema(full, bare, marks);
  return {};
}

function arraySchema(full: readonly unknown[], bare: unknown, marks: Marks): JsonSchema {
  if (full.length === 0) return { type: 'array' };
  const items: readonly unknown[] = Array.isArray(bare) ? bare : [];
  return { type: 'array', items: schemaOf(full[0], items.length === 0 ? NOT_KNOWN : items[0], marks) };
}

function objectSchema(full: object, bare: unknown, marks: Marks): JsonSchema {
  const known: ReadonlyMap<string, unknown> | null =
    typeof bare === 'object' && bare !== null ? new Map<string, unknown>(Object.entries(bare)) : null;
  const names = Object.keys(full).filter((name) => Reflect.get(full, name) !== undefined);
  const properties = names.map((name): [string, JsonSchema] => {
    const other = known === null || !known.has(name) ? NOT_KNOWN : known.get(name);
    return [name, schemaOf(Reflect.get(full, name), other, marks)];
  });
  const required = names.filter((name) => known === null || known.get(name) !== undefined);
  const type: unknown = Reflect.get(full, TYPE);
  return {
    type: 'object',
    ...(isObjectType(type) && !isRoot(type) ? { title: type.name } : {}),
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
  };
}

function isRoot({ name }: GraphQLObjectType): boolean {
  return name === 'Query' || name === 'Mutation';
}
