/** What reads the kinds of provider again. */
export const TYPES = 'prism:provider-types';
