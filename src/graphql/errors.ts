import { AppError, type ErrorCode } from '../errors.ts';

/**
 * The domain throws one class, AppError; the schema has one type for each kind of its codes. These classes carry
 * nothing of their own: `instanceof` asks for the code, which is all that the errors plugin needs to pick a type.
 */
function coded(...codes: readonly ErrorCode[]): typeof AppError {
  return class extends AppError {
    static override [Symbol.hasInstance](value: unknown): boolean {
      return isAppError(value) && codes.includes(value.code);
    }
  };
}

// An ordinary prototype check: only the subclasses above override it.
function isAppError(value: unknown): value is AppError {
  return AppError[Symbol.hasInstance](value);
}

export const BadInputError = coded('bad_input', 'invalid_request');
export const UnauthenticatedError = coded('unauthenticated');
export const ForbiddenError = coded('forbidden', 'access_denied');
export const NotFoundError = coded('not_found');
export const ConflictError = coded('conflict');
export const TooManyAttemptsError = coded('too_many_attempts');
/** A call that we made on behalf of the caller failed at the other end. */
export const ProviderError = coded(
  'provider_error',
  'provider_rate_limited',
  'context_length_exceeded',
  'model_not_found',
  'unavailable',
);
