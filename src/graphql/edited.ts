/** Of the argument that mutations of what several people edit have in common. */
export const BASE_UPDATED_AT =
  'The `updatedAt` of what was edited: a conflict when it has been changed since. Missing = change whatever is there.';
