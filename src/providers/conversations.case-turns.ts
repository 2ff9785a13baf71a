import { answer, hello, MODEL, NEW_MODEL, type Conversation } from './conversations.case-shape.ts';

/** Who says what in which order: roles, neighbours, system messages. */
export const TURNS: readonly Conversation[] = [
  {
    name: 'answers a plain question',
    request: {
      model: MODEL,
      messages: [{ role: 'user', content: 'Hello, Claude' }],
      max_tokens: 1024,
      temperature: 0.7,
    },
    sent: { model: MODEL, max_tokens: 1024, messages: [hello('Hello, Claude')], temperature: 0.7 },
    ...answer('Hello! How can I help?'),
  },
  {
    name: 'carries several turns and a system prompt',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Who are you?' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        hello('Hi'),
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        hello('Who are you?'),
      ],
    },
    ...answer('An assistant.'),
  },
  {
    name: 'joins neighbours of one role and leaves empty parts out',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'user', content: 'First.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '' },
            { type: 'text', text: 'Second.' },
          ],
        },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'Third.' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'First.' },
            { type: 'text', text: 'Second.' },
            { type: 'text', text: 'Third.' },
          ],
        },
      ],
    },
    ...answer('Three.'),
  },
  {
    name: 'moves every system and developer message to the front for models that know no other place',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'system', content: 'One.' },
        { role: 'developer', content: [{ type: 'text', text: 'Two.' }] },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Three.' },
        { role: 'user', content: 'Go on' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
        { type: 'text', text: 'Three.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    },
    ...answer('Yes.'),
  },
  {
    name: 'leaves a system message in mid-conversation where it is for models that take it there',
    request: {
      model: NEW_MODEL,
      max_tokens: 64,
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'One.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Go on' },
        { role: 'system', content: 'From now on in French.' },
      ],
    },
    sent: {
      model: NEW_MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'One.' }],
      messages: [
        hello('Hi'),
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        hello('Go on'),
        { role: 'system', content: [{ type: 'text', text: 'From now on in French.' }] },
      ],
    },
    ...answer('Oui.'),
  },
];
