import type { AppError, FieldProblem } from '../../errors.ts';
import { builder } from '../builder.ts';
import {
  BadInputError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  ProviderError,
  TooManyAttemptsError,
  UnauthenticatedError,
} from '../errors.ts';

export const ErrorInterface = builder.interfaceRef<AppError>('Error').implement({
  description:
    'What went wrong with a mutation, foreseen and typed. Act on the type or the code, never on the message.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'For people: what is wrong and what would be right.' }),
    code: t.exposeString('code', { description: 'For programs; the same codes as in REST.' }),
  }),
});

const FieldProblemType = builder.objectRef<FieldProblem>('FieldProblem').implement({
  description: 'One field of the input that is wrong.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where it is inside the input: "config.auth.apiKey".' }),
    message: t.exposeString('message', { description: 'What would be right.' }),
  }),
});

builder.objectType(BadInputError, {
  name: 'BadInputError',
  description: 'The input is not what it must be.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fields: t.field({
      type: [FieldProblemType],
      description: 'The fields that are wrong; empty when no single one is.',
      resolve: (error) => [...error.fields],
    }),
  }),
});

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'It clashes with what exists: a name that is taken, a step that was done already.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fields: t.field({
      type: [FieldProblemType],
      description: 'The fields that clash; empty when no single one does.',
      resolve: (error) => [...error.fields],
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'There is no such thing, or it is another tenant’s.',
  interfaces: [ErrorInterface],
});

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: 'The role, or the access token, does not allow it; or it would be done to oneself.',
  interfaces: [ErrorInterface],
});

builder.objectType(UnauthenticatedError, {
  name: 'UnauthenticatedError',
  description: 'Wrong name or password.',
  interfaces: [ErrorInterface],
});

builder.objectType(TooManyAttemptsError, {
  name: 'TooManyAttemptsError',
  description: 'Too many failures in a short time.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.int({
      description: 'How long to wait.',
      resolve: (error) => Math.ceil((error.retryAfterMs ?? 0) / 1000),
    }),
  }),
});

builder.objectType(ProviderError, {
  name: 'ProviderError',
  description: 'The provider did not do what we asked it for.',
  interfaces: [ErrorInterface],
});
