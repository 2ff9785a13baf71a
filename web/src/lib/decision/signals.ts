import { formatCount } from '#lib/format/count.ts';
import { percent } from './words.ts';

/** What was measured about a request, said briefly; `title` says it in full. */
export interface SignalChip {
  readonly label: string;
  readonly value: string;
  readonly title: string;
}

type Write = readonly [label: string, title: string, write: (value: unknown) => string | null];

const amount = (value: unknown): string | null =>
  typeof value === 'number' && value > 0 ? formatCount(value) : null;
const yes = (value: unknown): string | null => (value === true ? 'yes' : null);
const word = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.toLowerCase() : null;
const name = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** In the order in which they are shown; one that says nothing (0, no, none) is left out. */
const SIGNALS: Readonly<Record<string, Write>> = {
  tokens: ['Prompt tokens', 'Estimated, tools and images included', amount],
  domain: ['Subject', 'By its words', word],
  language: ['Language', 'Of the last message', (value) => (value === 'und' ? null : word(value))],
  codeLanguages: [
    'Code',
    'Programming languages in it',
    (value) => (Array.isArray(value) && value.length > 0 ? value.join(', ') : null),
  ],
  outputLength: ['Answer', 'The length that is asked for', word],
  maxOutputTokens: ['Answer limit', 'Tokens that the caller allows for the answer', amount],
  turns: ['Turns', 'Messages of a person', amount],
  images: ['Images', 'In the messages', amount],
  audio: ['Sound', 'Clips in the messages', amount],
  tools: ['Tools', 'Offered with the request', amount],
  toolResults: ['Tool results', 'In the conversation', amount],
  continuation: ['Tool loop', 'The last message is a tool’s result', yes],
  structuredOutput: ['JSON', 'The answer must be JSON or a tool’s call', yes],
  fillInMiddle: ['Fill in the middle', 'By real markers', yes],
  agent: ['Client', 'That its system prompt or tools give away', name],
  frustration: [
    'Complaint',
    'How much the last message complains about answers',
    (value) => (typeof value === 'number' && value >= 0.005 ? percent(value) : null),
  ],
};

export function signalChips(signals: Readonly<Record<string, unknown>>): readonly SignalChip[] {
  return Object.entries(SIGNALS).flatMap(([key, [label, title, write]]) => {
    const value = write(signals[key]);
    return value === null ? [] : [{ label, value, title }];
  });
}
