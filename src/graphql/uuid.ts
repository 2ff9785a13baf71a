const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** PostgreSQL refuses anything else in a uuid column; such an id is one that does not exist. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}

const NONE = '00000000-0000-0000-0000-000000000000';

/** The id, or one that no row has. */
export function uuidOrNone(id: string): string {
  return isUuid(id) ? id : NONE;
}
