import { expect, it } from 'vitest';
import { lastWord, readExport } from './read-export.ts';

/** An answer that gives these parts one by one, and then ends or breaks off. */
function answer(parts: readonly string[], breaks: boolean): Response {
  const left = [...parts];
  const body = new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part !== undefined) controller.enqueue(new TextEncoder().encode(part));
      else if (breaks) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/csv' } });
}

it('reads a whole file and tells how much has come', async () => {
  let bytes = 0;
  const file = await readExport(answer(['id,cost\r\n', 'a,1\r\n'], false), 'csv', (more) => (bytes += more));
  expect(await file.text()).toBe('id,cost\r\na,1\r\n');
  expect([bytes, file.type]).toEqual([14, 'text/csv']);
});

it('tells why a file that breaks off is not whole', async () => {
  const csv = answer(
    ['id,cost\r\na,1\r\n', '"INCOMPLETE: The login has en', 'ded, or may do less.”"\r\n'],
    true,
  );
  await expect(readExport(csv, 'csv', () => undefined)).rejects.toThrow(
    /^The login has ended, or may do less\.”$/,
  );
  const jsonl = answer(
    ['{"id":"a"}\n', '{"incomplete":true,"error":{"code":"internal","message":"It broke."}}\n'],
    true,
  );
  await expect(readExport(jsonl, 'jsonl', () => undefined)).rejects.toThrow(/^It broke\.$/);
});

it('says no more than it knows', async () => {
  await expect(readExport(answer(['id\r\na'], true), 'csv', () => undefined)).rejects.toThrow(
    'it broke off.',
  );
  await expect(readExport(answer([], true), 'jsonl', () => undefined)).rejects.toThrow('it broke off.');
  const refused = Response.json({ errors: [{ message: 'Not you.' }] }, { status: 403 });
  await expect(readExport(refused, 'csv', () => undefined)).rejects.toThrow('Not you.');
  const unknown = new Response('<p>', { status: 502 });
  await expect(readExport(unknown, 'csv', () => undefined)).rejects.toThrow('the server answered 502.');
});

it('takes no row for a last word', () => {
  expect(lastWord('a,INCOMPLETE: no\r\n', 'csv')).toBeNull();
  expect(lastWord('INCOMPLETE: Say ""it"".\r\n', 'csv')).toBe('Say ""it"".');
  expect(lastWord('"INCOMPLETE: Say ""it"", now."\r\n', 'csv')).toBe('Say "it", now.');
  expect(lastWord('{"incomplete":false,"error":{"message":"no"}}\n', 'jsonl')).toBeNull();
  expect(lastWord('{"id":"a"', 'jsonl')).toBeNull();
});
