import { ANSWERS } from './conversations.case-answers.ts';
import { PARTS } from './conversations.case-parts.ts';
import type { Conversation } from './conversations.case-shape.ts';
import { TOOLS } from './conversations.case-tools.ts';
import { TURNS } from './conversations.case-turns.ts';

/** Every exchange that both adapters must carry, the plainest first. */
export const CONVERSATIONS: readonly Conversation[] = [...TURNS, ...TOOLS, ...PARTS, ...ANSWERS];
