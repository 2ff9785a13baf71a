import type { Attachment } from 'svelte/attachments';
import { shortcuts } from './shortcuts.svelte.ts';

/**
 * `/` goes to this field, as on the pages people know.
 *
 *     <input type="search" {@attach findField('Models', 'Find a model')} />
 */
export function findField(page: string, label: string): Attachment<HTMLInputElement> {
  return (input) => {
    input.setAttribute('aria-keyshortcuts', '/');
    const run = (): void => {
      input.focus();
      input.select();
    };
    return shortcuts.add(page, [{ keys: '/', label, run }]);
  };
}
