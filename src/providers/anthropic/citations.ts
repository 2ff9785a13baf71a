import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject } from './fields.ts';

/**
 * The citations of one text block → members of a message or a delta. Web sources have a place in OpenAI's shape
 * (`annotations`, pointing at the block's text within `content`); all of them are given as they came, too.
 */
export function citationMembers(citations: readonly JsonValue[], start: number, end: number): JsonObject {
  const known = citations.filter(isObject);
  if (known.length === 0) return {};
  const annotations = known
    .filter((citation) => typeof citation['url'] === 'string')
    .map((citation) => ({
      type: 'url_citation',
      url_citation: {
        start_index: start,
        end_index: end,
        url: citation['url'],
        title: citation['title'] ?? '',
      },
    }));
  return { ...(annotations.length === 0 ? {} : { annotations }), citations: known };
}
