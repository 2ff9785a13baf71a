import { expect, it } from 'vitest';
import { agentLabel } from './agent.ts';

it('names browser and system, else the program as it calls itself', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  expect(agentLabel(`Mozilla/5.0 (X11; Linux x86_64) ${chrome}`)).toBe('Chrome on Linux');
  expect(agentLabel(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0`)).toBe('Edge on Windows');
  expect(agentLabel('Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0')).toBe(
    'Firefox on Linux',
  );
  expect(agentLabel('curl/8.5.0')).toBe('curl/8.5.0');
  expect(agentLabel('node')).toBe('node');
  expect(agentLabel('')).toBe('Not named');
});
