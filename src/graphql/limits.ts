import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  validate,
  type ASTVisitor,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import {
  complexityFromQuery,
  type ComplexityErrorKind,
  type ComplexityResult,
} from '@pothos/plugin-complexity';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Caller } from './caller.ts';

/** Longer documents are refused unread: each one that is new is kept for a while, and comments are no tokens. */
export const MAX_DOCUMENT_CHARS = 20_000;
/** Of a document; it is not read any further. The console's longest has about 600. */
export const MAX_TOKENS = 2_000;
/** Documents whose parsed form is kept. */
const MAX_CACHED = 200;
/** In a whole document: aliases let one field be asked for again and again. */
export const MAX_ALIASES = 30;
/** Operations in one HTTP request. */
export const MAX_BATCH = 10;
/** Of a request body. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** What one operation may cost to run. A list counts as 5 unless its field knows better; a page counts its `first`. */
export const OPERATION_LIMITS = { depth: 12, breadth: 400, complexity: 10_000 };

/** Says which limit an operation goes beyond. */
export function tooCostly(kind: `${ComplexityErrorKind}`, cost: ComplexityResult): AppError {
  const [is, max] = {
    Depth: [cost.depth, OPERATION_LIMITS.depth],
    Breadth: [cost.breadth, OPERATION_LIMITS.breadth],
    Complexity: [cost.complexity, OPERATION_LIMITS.complexity],
  }[kind];
  return new AppError(
    'bad_input',
    `The operation's ${kind.toLowerCase()} is ${is}; ${max} is allowed. Ask for less at a time.`,
  );
}

/**
 * Refuses an operation that costs too much. Queries and mutations are asked by their resolvers; a subscription has
 * to be asked before its first event. Throws AppError bad_input.
 */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): void {
  const cost = complexityFromQuery(document, { schema, variables });
  if (cost.depth > OPERATION_LIMITS.depth) throw tooCostly('Depth', cost);
  if (cost.breadth > OPERATION_LIMITS.breadth) throw tooCostly('Breadth', cost);
  if (cost.complexity > OPERATION_LIMITS.complexity) throw tooCostly('Complexity', cost);
}

/** Stops a document while it is parsed and validated; what it may cost to run is limited in builder.ts. */
export function useDocumentLimits(): Plugin<{ caller: Caller }> {
  return {
    onParse({ params, parseFn, setParseFn }) {
      const source: unknown = params.source;
      if (String(source).length > MAX_DOCUMENT_CHARS) {
        throw new GraphQLError(`The document is longer than ${MAX_DOCUMENT_CHARS} characters.`);
      }
      const limited = (source: string, options: object): unknown =>
        parseFn(source, { ...options, maxTokens: MAX_TOKENS });
      setParseFn(limited);
    },
    onValidate({ addValidationRule, setValidationFn, context }) {
      addValidationRule(limitAliases);
      if (context.caller.actor !== null) return;
      // The schema is no secret, but those who cannot sign in have no use for it; nor for hints at it.
      addValidationRule(NoSchemaIntrospectionCustomRule);
      const withoutHints = (
        schema: GraphQLSchema,
        document: DocumentNode,
        rules?: readonly ValidationRule[],
      ): readonly GraphQLError[] => validate(schema, document, rules, { hideSuggestions: true });
      setValidationFn(withoutHints);
    },
  };
}

function limitAliases(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias) return;
      aliases += 1;
      if (aliases !== MAX_ALIASES + 1) return;
      context.reportError(
        new GraphQLError(`The document has more than ${MAX_ALIASES} aliases.`, { nodes: [node] }),
      );
    },
  };
}

/** Keeps the newest; a program sends a few documents again and again. */
export function createDocumentCache<Value>(): {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
} {
  const kept = new Map<string, Value>();
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      const oldest = kept.size < MAX_CACHED ? undefined : kept.keys().next().value;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, value);
    },
  };
}
