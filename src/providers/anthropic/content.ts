import type { JsonObject, JsonValue } from '../adapter.ts';
import { cacheControl, invalid, requireObject, requireString, requireText, type Block } from './fields.ts';
import { documentBlock, imageBlock, REFUSED_PARTS } from './images.ts';

/** Blocks in Anthropic's own form that a user turn or a tool result may hold: passed on untouched. */
const NATIVE_BLOCKS = new Set(['image', 'document', 'search_result', 'tool_reference', 'container_upload']);

/**
 * A message's `content` (a string, or parts) → blocks. The API refuses text that is empty or all white space, so
 * such parts are left out; nothing readable is lost.
 */
export function contentBlocks(content: JsonValue | undefined, path: string): Block[] {
  const param = `${path}.content`;
  if (typeof content === 'string') return textBlocks(content);
  if (!Array.isArray(content)) throw invalid(param, 'must be a string or an array of parts.');
  return content.flatMap((part, j) => partBlocks(part, `${param}[${j}]`));
}

/** For system messages and refusals: text only. */
export function textOnlyBlocks(content: JsonValue | undefined, path: string): Block[] {
  const blocks = contentBlocks(content, path);
  const other = blocks.find((block) => block.type !== 'text');
  if (other !== undefined) throw invalid(`${path}.content`, 'may hold text only.');
  return blocks;
}

export function textBlocks(text: string, extra: JsonObject = {}): Block[] {
  return text.trim() === '' ? [] : [{ type: 'text', text, ...extra }];
}

function partBlocks(value: JsonValue, path: string): Block[] {
  if (typeof value === 'string') return textBlocks(value);
  const part = requireObject(value, path);
  const type = requireString(part['type'], `${path}.type`);
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return textBlocks(requireText(part['text'], `${path}.text`), cacheControl(part));
    case 'refusal':
      return textBlocks(requireText(part['refusal'], `${path}.refusal`), cacheControl(part));
    case 'image_url':
      return [imageBlock(part, path)];
    case 'file':
      return [documentBlock(part, path)];
    default:
      if (NATIVE_BLOCKS.has(type)) return [{ ...part, type }];
      throw invalid(path, refusal(type));
  }
}

function refusal(type: string): string {
  const known = Object.hasOwn(REFUSED_PARTS, type) ? REFUSED_PARTS[type] : undefined;
  return known ?? `parts of type "${type.slice(0, 40)}" are not supported; use text, image_url or file.`;
}
