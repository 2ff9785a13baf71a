import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOfBase64, sizeOfDataUrl } from './image-size.ts';
import { imageTokens } from './images.ts';

const at = (width: number, height: number) => ({ width, height });

describe('an image', () => {
  it.each([
    // OpenAI's own examples.
    ['gpt-4o', at(1024, 1024), 'high', 765],
    ['gpt-4o', at(2048, 4096), 'high', 1105],
    ['gpt-4o', at(4096, 8192), 'low', 85],
    ['gpt-4.1-mini', at(1024, 1024), 'high', Math.ceil(1024 * 1.62)],
    ['gpt-4.1-mini', at(1800, 2400), 'high', Math.ceil(1452 * 1.62)],
    ['gpt-4o-mini', at(512, 512), 'auto', 2833 + 5667],
    ['gpt-5', at(512, 512), 'auto', 210],
    // Anthropic's: about 54, 1,334, and 1,600 at most.
    ['anthropic/claude-sonnet-4-5', at(200, 200), 'auto', 54],
    ['claude-haiku-4-5', at(1000, 1000), 'auto', 1334],
    ['claude-opus-4-6', at(6000, 6000), 'auto', 1600],
    // Google's: 258 for a small one and for each tile.
    ['gemini-2.5-flash', at(384, 384), 'auto', 258],
    ['gemini-2.5-flash', at(1536, 769), 'auto', 4 * 258],
    // Nobody's: as OpenAI's.
    ['unheard-of', null, 'auto', 765],
  ])('for %s of %o, detail %s: %i tokens', (model, size, detail, tokens) => {
    expect(imageTokens(model, size, detail)).toBe(tokens);
  });

  it('has a sane figure, however odd its size', () => {
    const side = fc.integer({ min: 1, max: 1_000_000 });
    const model = fc.constantFrom('gpt-4o', 'gpt-4.1-nano', 'claude-x', 'gemini-x', 'o4-mini');
    fc.assert(
      fc.property(model, side, side, (id, width, height) => {
        const tokens = imageTokens(id, { width, height }, 'auto');
        expect(Number.isInteger(tokens) && tokens > 0).toBe(true);
        if (!id.startsWith('gemini')) expect(tokens).toBeLessThan(60_000);
      }),
    );
  });
});

describe('the size of an image', () => {
  const png = Buffer.alloc(33);
  png.write('\x89PNG\r\n\x1a\n', 'latin1');
  png.writeUInt32BE(640, 16);
  png.writeUInt32BE(480, 20);
  const gif = Buffer.from('474946383961800258020000', 'hex');
  const jpeg = Buffer.from(
    'ffd8ffe000104a46494600010100000100010000ffc0001108012c01900300000000000000',
    'hex',
  );
  const webp = Buffer.alloc(30);
  webp.write('RIFF....WEBPVP8X', 'latin1');
  webp.writeUIntLE(1919, 24, 3);
  webp.writeUIntLE(1079, 27, 3);

  it.each([
    ['png', png, at(640, 480)],
    ['gif', gif, at(640, 600)],
    ['jpeg', jpeg, at(400, 300)],
    ['webp', webp, at(1920, 1080)],
    ['png', Buffer.from('no image at all'), null],
    ['png', png.subarray(0, 20), null],
  ])('is read from a data URL: %s', (kind, bytes, size) => {
    expect(sizeOfDataUrl(`data:image/${kind};base64,${bytes.toString('base64')}`)).toEqual(size);
  });

  it('is not known of an address, nor of nonsense', () => {
    expect(sizeOfDataUrl('https://example.com/a.png')).toBeNull();
    expect(sizeOfDataUrl('data:image/png,abc')).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(png, gif, jpeg, webp), (noise, head) => {
        const bytes = Buffer.concat([head.subarray(0, 14), noise]);
        const size = sizeOfBase64(bytes.toString('base64'));
        return size === null || (size.width > 0 && size.height > 0);
      }),
    );
  });

  it('of a JPEG that goes round in circles ends', () => {
    const looping = Buffer.concat([
      Buffer.from('ffd8', 'hex'),
      Buffer.from('ffe00000'.repeat(60_000), 'hex'),
    ]);
    expect(sizeOfBase64(looping.toString('base64'))).toBeNull();
  });
});
