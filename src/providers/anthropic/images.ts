import type { JsonObject, JsonValue } from '../adapter.ts';
import { cacheControl, invalid, isObject, requireObject, requireString, type Block } from './fields.ts';

/** The only image types of the Messages API; `image/jpg` is a common misspelling. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  'image/jpeg': 'image/jpeg',
  'image/jpg': 'image/jpeg',
  'image/png': 'image/png',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
};
/** What the data of each type begin with, in base64. */
const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^\/9j\//, 'image/jpeg'],
  [/^iVBORw0KGgo/, 'image/png'],
  [/^R0lGODdh|^R0lGODlh/, 'image/gif'],
  [/^UklGR.{6}XRUJQ/, 'image/webp'],
];
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** Files that are read as they are: notes, tables, source code. */
const TEXT_TYPE =
  /^(?:text\/[a-z0-9.+-]+|application\/(?:[a-z0-9.+-]+\+)?(?:json|xml|yaml|x-yaml|toml|javascript|typescript|x-ndjson|x-sh|sql))$/;
const HTTP_URL = /^https?:\/\//i;

/** OpenAI's `image_url` part → `image` block. `detail` has no counterpart and changes no meaning. */
export function imageBlock(part: JsonObject, path: string): Block {
  const image = part['image_url'];
  const param = `${path}.image_url`;
  // Some clients write the URL itself where the object belongs.
  const url =
    typeof image === 'string' ? image : requireString(requireObject(image, param)['url'], `${param}.url`);
  const extra = { ...(isObject(image) ? cacheControl(image) : {}), ...cacheControl(part) };
  if (HTTP_URL.test(url)) return { type: 'image', source: { type: 'url', url }, ...extra };
  const data = dataUrl(url, `${param}.url`);
  // The API refuses an image that is not what it is said to be; OpenAI looks at the image alone.
  const actual = SIGNATURES.find(([signature]) => signature.test(data.base64))?.[1];
  const said = Object.hasOwn(IMAGE_TYPES, data.mediaType) ? IMAGE_TYPES[data.mediaType] : undefined;
  const mediaType = actual ?? said;
  if (mediaType === undefined) {
    throw invalid(`${param}.url`, 'must be a JPEG, PNG, GIF or WebP image.');
  }
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: data.base64 }, ...extra };
}

/** OpenAI's `file` part (PDF or text, by data URL, by URL or by file id) → `document` block. */
export function documentBlock(part: JsonObject, path: string): Block {
  const param = `${path}.file`;
  const file = requireObject(part['file'], param);
  const title =
    typeof file['filename'] === 'string' && file['filename'] !== '' ? { title: file['filename'] } : {};
  const source = documentSource(file, param);
  return { type: 'document', source, ...title, ...cacheControl(file), ...cacheControl(part) };
}

function documentSource(file: JsonObject, param: string): JsonObject {
  const data = file['file_data'];
  if (data === undefined || data === null) {
    return { type: 'file', file_id: requireString(file['file_id'], `${param}.file_data`) };
  }
  const url = requireString(data, `${param}.file_data`);
  if (HTTP_URL.test(url)) return { type: 'url', url };
  const { mediaType, base64 } = dataUrl(url, `${param}.file_data`);
  if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data: base64 };
  if (TEXT_TYPE.test(mediaType)) {
    // The wire knows no other type of text.
    const text = Buffer.from(base64, 'base64').toString('utf8');
    return { type: 'text', media_type: 'text/plain', data: text };
  }
  throw invalid(`${param}.file_data`, 'must be a PDF (application/pdf) or text (text/…, application/json).');
}

function dataUrl(url: string, param: string): { mediaType: string; base64: string } {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma).toLowerCase();
  if (comma < 0 || !head.startsWith('data:') || !head.endsWith(';base64')) {
    throw invalid(param, 'must be an http(s) URL or a data URL in base64 (data:<type>;base64,…).');
  }
  const raw = url.slice(comma + 1);
  const base64 = /\s/.test(raw) ? raw.replace(/\s+/g, '') : raw;
  if (!BASE64.test(base64)) throw invalid(param, 'holds data that is not base64.');
  const mediaType = head.slice('data:'.length).split(';', 1)[0] ?? '';
  return { mediaType: mediaType.trim(), base64: base64.replaceAll('-', '+').replaceAll('_', '/') };
}

/** Parts that have no way into the Messages API, and what to say about each. */
export const REFUSED_PARTS: Readonly<Record<string, string>> = {
  input_audio: 'audio cannot be sent to this model; send text, images or PDF files.',
  audio: 'audio cannot be sent to this model; send text, images or PDF files.',
  video_url: 'video cannot be sent to this model; send text, images or PDF files.',
} satisfies Record<string, JsonValue>;
