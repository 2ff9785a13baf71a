import type { Example } from '../example.ts';
import { ADMIN, number } from '../shapes.ts';

const BASE = `${ADMIN}/tokenize`;
const answer = { estimated_tokens: number, method: 'heuristic', chars: number };

export const TOKENIZE: readonly Example[] = [
  { row: `GET ${BASE}`, query: { text: 'Hello, how are you?' }, answer: { ...answer, chars: 19 } },
  { row: `POST ${BASE}`, body: { messages: [{ role: 'user', content: 'Hello, how are you?' }] }, answer },
];
