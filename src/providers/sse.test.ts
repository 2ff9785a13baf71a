import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseReader, type SseFrame } from './sse.ts';

interface Seen {
  raw: string;
  data: string | null;
  event: string | null;
}

const seen = (frame: SseFrame): Seen => ({
  raw: frame.raw.toString(),
  data: frame.data && frame.data.toString(),
  event: frame.event,
});

/** All frames, also those of the end, when the bytes come in pieces of these lengths (the rest in one). */
function read(bytes: Buffer, lengths: readonly number[] = []): Seen[] {
  const reader = new SseReader();
  const frames: SseFrame[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    // A copy: a reader that looks outside its chunk would be found out.
    frames.push(...reader.push(Buffer.from(bytes.subarray(at, at + length))));
    at = Math.min(bytes.length, at + length);
  }
  const last = reader.end();
  if (last) frames.push(last);
  return frames.map(seen);
}

const events = (text: string) => read(Buffer.from(text)).map(({ data, event }) => [event, data]);

describe('SseReader', () => {
  it('reads frames with every kind of line end', () => {
    for (const eol of ['\n', '\r\n', '\r'])
      expect(events(['event: a', 'data: 1', '', 'data: 2', '', ''].join(eol))).toEqual([
        ['a', '1'],
        [null, '2'],
      ]);
  });

  it('reads the field rules of the specification', () => {
    expect(events('data:no space\n\n')).toEqual([[null, 'no space']]);
    expect(events('data:  two\n\n')).toEqual([[null, ' two']]);
    expect(events('data\n\n')).toEqual([[null, '']]);
    expect(events('data: a\ndata:\ndata: b\n\n')).toEqual([[null, 'a\n\nb']]);
    expect(events(': keep-alive\n\n')).toEqual([[null, null]]);
    expect(events('id: 1\nretry: 5\ndatabase: x\neventual: y\n\n')).toEqual([[null, null]]);
    expect(events('event: x\nevent: y\ndata: z\n\n')).toEqual([['y', 'z']]);
    expect(events('\uFEFFdata: bom\n\n')).toEqual([[null, 'bom']]);
    expect(events('\n\n\r\n\rdata: x\n\n\n\n')).toEqual([[null, 'x']]);
    expect(events('')).toEqual([]);
  });

  it('gives the bytes of each frame as they came', () => {
    const text = ': hi\n\nid: 7\r\ndata: {"a":1}\r\n\r\nevent: e\ndata: é\n\n';
    expect(
      read(Buffer.from(text))
        .map((frame) => frame.raw)
        .join(''),
    ).toBe(text);
  });

  it('gives a last frame without its blank line at the end, and makes it whole', () => {
    expect(read(Buffer.from('data: 1\n\ndata: [DONE]'))).toEqual([
      { raw: 'data: 1\n\n', data: '1', event: null },
      { raw: 'data: [DONE]\n\n', data: '[DONE]', event: null },
    ]);
  });

  it('does not wait for a line feed when lines end with carriage returns alone', () => {
    const reader = new SseReader();
    expect(reader.push(Buffer.from('data: 1\r\r')).map(seen)).toHaveLength(1);
    expect(new SseReader().push(Buffer.from('data: 1\r\n\r'))).toHaveLength(0);
  });

  it('returns views of the chunk, not copies, for frames that lie whole in it', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\n\n');
    const frames = new SseReader().push(chunk);
    expect(frames.map((frame) => frame.raw.buffer === chunk.buffer)).toEqual([true, true]);
  });

  it('keeps earlier frames as they were when more bytes come', () => {
    const reader = new SseReader();
    reader.push(Buffer.from('data: fi'));
    const first = reader.push(Buffer.from('rst\n\ndata: sec'));
    reader.push(Buffer.from('ond\n\n'));
    expect(first.map(seen)).toEqual([{ raw: 'data: first\n\n', data: 'first', event: null }]);
  });

  it('refuses a frame without an end', () => {
    const reader = new SseReader({ maxFrameBytes: 100 });
    reader.push(Buffer.from(`data: ${'x'.repeat(80)}`));
    expect(() => reader.push(Buffer.from('y'.repeat(80)))).toThrow(/more than 100 bytes/);
  });

  it('takes a large frame in small chunks in linear time', () => {
    const reader = new SseReader();
    const piece = Buffer.alloc(64, 'x');
    reader.push(Buffer.from('data: '));
    for (let i = 0; i < 60_000; i++) reader.push(piece);
    expect(reader.push(Buffer.from('\n\n'))[0]?.data?.length).toBe(60_000 * 64);
  });

  it('gives the same frames for every split into chunks', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `data: ${text}`),
      fc.constantFrom(
        'data:',
        'data',
        ': comment',
        'event: delta',
        'id: 1',
        'nonsense',
        'data: {"é":"😀"}',
        '',
      ),
    );
    const eol = fc.constantFrom('\n', '\n', '\r\n', '\r');
    const stream = fc
      .tuple(fc.boolean(), fc.array(fc.tuple(line, eol), { maxLength: 30 }))
      .map(([bom, lines]) => (bom ? '\uFEFF' : '') + lines.map((pair) => pair.join('')).join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(9), { maxLength: 60 }), (text, lengths) => {
        const bytes = Buffer.from(text);
        expect(read(bytes, lengths)).toEqual(read(bytes));
        expect(read(bytes, new Array<number>(bytes.length).fill(1))).toEqual(read(bytes));
      }),
      { numRuns: 500 },
    );
  });
});
