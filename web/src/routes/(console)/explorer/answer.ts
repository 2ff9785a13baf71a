/** Whether an answer tells of errors: those of GraphQL itself, or a typed one as the result of a mutation. */
export function hasErrors(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return true;
  if ('errors' in body && Array.isArray(body.errors) && body.errors.length > 0) return true;
  if (!('data' in body) || typeof body.data !== 'object' || body.data === null) return true;
  return Object.values(body.data).some(isTypedError);
}

function isTypedError(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    '__typename' in value &&
    typeof value.__typename === 'string' &&
    value.__typename.endsWith('Error')
  );
}
