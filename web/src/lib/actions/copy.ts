/**
 * Copies, or, where the browser offers no clipboard (plain http from another host), selects the text so that one
 * key press does it. Says which of both happened.
 */
export async function copyText(text: string, shownIn?: HTMLElement): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    const selection = getSelection();
    if (shownIn !== undefined && selection !== null) selection.selectAllChildren(shownIn);
    return 'selected';
  }
}
