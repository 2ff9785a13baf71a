import { expect, it } from 'vitest';
import { notesText, tidyAddress } from './tidy-address.ts';

it.each([
  ['https://api.example.com', 'https://api.example.com', ''],
  ['https://api.example.com/v1', 'https://api.example.com/v1', ''],
  ['', '', ''],
  ['  https://api.example.com/  ', 'https://api.example.com', ''],
  ['api.example.com', 'https://api.example.com', 'Added https://.'],
  ['localhost:8000', 'http://localhost:8000', 'Added http://.'],
  ['vllm:8000/v1', 'http://vllm:8000/v1', 'Added http://.'],
  ['192.168.1.4:1234', 'http://192.168.1.4:1234', 'Added http://.'],
  ['https:/api.example.com', 'https://api.example.com', 'Wrote https:// for https:/.'],
  ['http//llm.example.com', 'http://llm.example.com', 'Wrote http:// for http//.'],
  [
    'https://api.example.com/v1/chat/completions',
    'https://api.example.com/v1',
    'Left out /chat/completions.',
  ],
  [
    'https://api.example.com/v1/models?limit=1',
    'https://api.example.com/v1',
    'Left out ?limit=1; left out /models.',
  ],
  ['"https://api.example.com"', 'https://api.example.com', 'Left out quotes and the like.'],
  [
    'https://ada:secret@api.example.com',
    'https://api.example.com',
    'Left out user and password: they belong into the key.',
  ],
  [
    'platform.openai.com/docs',
    'https://api.openai.com',
    'Added https://; took api.openai.com: platform.openai.com is the web site.',
  ],
  ['https://openrouter.ai', 'https://openrouter.ai/api', 'Added /api: OpenRouter’s API lies there.'],
  ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1', ''],
])('makes %s usable', (typed, value, note) => {
  const tidy = tidyAddress(typed);
  expect(tidy.value).toBe(value);
  expect(notesText(tidy.notes)).toBe(note);
});

it('leaves alone what it cannot read', () => {
  for (const text of ['ftp://files.example.com', 'https://', 'not an address at all?!']) {
    expect(tidyAddress(tidyAddress(text).value)).toEqual({ value: tidyAddress(text).value, notes: [] });
  }
});
