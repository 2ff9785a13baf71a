import { expect, it } from 'vitest';
import { createTokenizers } from './tokenizers.ts';

it('a thread that is sent to rest fails nobody who asks in that moment', async () => {
  let rest = (): void => undefined;
  const tokenizers = createTokenizers({
    after: (_ms, run) => {
      rest = run;
      return () => undefined;
    },
  });
  expect(await tokenizers.count('cl100k_base', ['Hello, how are you?'])).toBe(6);
  rest();
  expect(await tokenizers.count('cl100k_base', ['Hello, how are you?'])).toBe(6);
  await tokenizers.close();
});
