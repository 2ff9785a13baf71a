import { tick } from 'svelte';

/** Brings the field of a form to the keys; of a stored secret, the one to type another into. */
export async function focusField(form: HTMLElement | undefined, path: string): Promise<void> {
  const find = () => form?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  const control = find();
  if (control?.tagName === 'BUTTON') {
    control.click();
    await tick();
  }
  find()?.focus();
}
