import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ASTVisitor,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Caller } from './caller.ts';

/** Longer documents are not read to their end. The console's longest has about 600. */
export const MAX_TOKENS = 2_000;
/** In a whole document: aliases let one field be asked for again and again. */
export const MAX_ALIASES = 30;
/** Operations in one HTTP request. */
export const MAX_BATCH = 10;
/** Of a request body. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Stops a document while it is parsed and validated; what it may cost to run is limited in builder.ts. */
export function useDocumentLimits(): Plugin<{ caller: Caller }> {
  return {
    onParse({ parseFn, setParseFn }) {
      const limited = (source: string, options: object): unknown =>
        parseFn(source, { ...options, maxTokens: MAX_TOKENS });
      setParseFn(limited);
    },
    onValidate({ addValidationRule, context }) {
      addValidationRule(limitAliases);
      // The schema is no secret, but those who cannot sign in have no use for it.
      if (context.caller.actor === null) addValidationRule(NoSchemaIntrospectionCustomRule);
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
