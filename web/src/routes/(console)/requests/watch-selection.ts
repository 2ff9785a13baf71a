/** Tells whenever text begins or ends to be selected on the page; fields have selections of their own. */
export function watchSelection(told: (selects: boolean) => void): () => void {
  const look = (): void => {
    const selection = getSelection();
    told(selection !== null && !selection.isCollapsed && selection.toString() !== '');
  };
  document.addEventListener('selectionchange', look);
  return () => document.removeEventListener('selectionchange', look);
}
