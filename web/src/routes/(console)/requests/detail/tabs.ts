/** The parts of a request's details, as the address names them. */
export const TABS = {
  overview: 'Overview',
  routing: 'Routing',
  messages: 'Messages',
  attempts: 'Attempts',
  raw: 'Raw',
} as const;
export type TabName = keyof typeof TABS;

export function readTab(text: string | null): TabName {
  return text !== null && Object.hasOwn(TABS, text) ? (text as TabName) : 'overview';
}

/** Prompts are not for everybody: then the tab is not there. */
export function tabsFor(may: ReadonlySet<string>): readonly TabName[] {
  const names = Object.keys(TABS) as readonly TabName[];
  return names.filter((name) => name !== 'messages' || may.has('prompt.read'));
}
