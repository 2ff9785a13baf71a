import type { JsonObject, JsonValue } from '../adapter.ts';
import { citationMembers } from './citations.ts';
import { isObject } from './fields.ts';
import { toolCall } from './tool-calls.ts';

interface OpenBlock {
  /** As `content_block_start` gave it. */
  readonly block: JsonObject;
  /** Position among the answer's tool calls; only for tool_use. */
  readonly toolIndex: number;
  /** Where the block's text begins in the answer's content. */
  readonly start: number;
  /** Thinking, or the JSON of a tool's input, so far. */
  text: string;
  signature: string;
  readonly citations: JsonValue[];
}

/**
 * Content blocks of one stream → OpenAI's deltas. Text, reasoning and tool arguments go out as they come; what is
 * only of use as a whole (signed thinking, server tools, citations) goes out when its block ends. Each method
 * returns the delta to send, or null.
 */
export class StreamContent {
  readonly #open = new Map<number, OpenBlock>();
  #toolCalls = 0;
  #contentLength = 0;
  /** Characters of the answer relayed so far, thinking and tool arguments included. */
  length = 0;

  get hasToolCalls(): boolean {
    return this.#toolCalls > 0;
  }

  start(index: number, block: JsonObject): JsonObject | null {
    const isTool = block['type'] === 'tool_use';
    const open: OpenBlock = {
      block,
      toolIndex: isTool ? this.#toolCalls++ : -1,
      start: this.#contentLength,
      text: '',
      signature: stringOf(block['signature']),
      citations: Array.isArray(block['citations']) ? [...block['citations']] : [],
    };
    this.#open.set(index, open);
    if (isTool) return { tool_calls: [{ index: open.toolIndex, ...toolCall(block, '') }] };
    if (block['type'] === 'text') return this.#text(stringOf(block['text']));
    return block['type'] === 'thinking' ? this.#thinking(open, stringOf(block['thinking'])) : null;
  }

  delta(index: number, delta: JsonObject): JsonObject | null {
    const open = this.#open.get(index);
    switch (delta['type']) {
      case 'text_delta':
        return this.#text(stringOf(delta['text']));
      case 'thinking_delta':
        return this.#thinking(open, stringOf(delta['thinking']));
      case 'signature_delta':
        if (open !== undefined) open.signature = stringOf(delta['signature']);
        return null;
      case 'citations_delta':
        if (delta['citation'] !== undefined) open?.citations.push(delta['citation']);
        return null;
      case 'input_json_delta':
        return open === undefined ? null : this.#input(open, stringOf(delta['partial_json']));
      default:
        return null;
    }
  }

  stop(index: number): JsonObject | null {
    const open = this.#open.get(index);
    if (open === undefined) return null;
    this.#open.delete(index);
    const { block, text, signature } = open;
    switch (block['type']) {
      case 'text': {
        const members = citationMembers(open.citations, open.start, this.#contentLength);
        return Object.keys(members).length === 0 ? null : members;
      }
      case 'thinking':
        return { thinking_blocks: [{ ...block, thinking: text, signature }] };
      case 'redacted_thinking':
        return { thinking_blocks: [block] };
      case 'tool_use':
        // A tool without parameters may come without any input delta: its arguments are still a JSON object.
        return text === '' ? this.#input(open, JSON.stringify(block['input'] ?? {})) : null;
      default:
        return { server_tool_blocks: [text === '' ? block : { ...block, input: parsedInput(text) }] };
    }
  }

  /** Blocks that the provider left open at the end of the message. */
  stopAll(): JsonObject[] {
    return [...this.#open.keys()].map((index) => this.stop(index)).filter((delta) => delta !== null);
  }

  #text(text: string): JsonObject | null {
    if (text === '') return null;
    this.#contentLength += text.length;
    this.length += text.length;
    return { content: text };
  }

  #thinking(open: OpenBlock | undefined, text: string): JsonObject | null {
    if (text === '') return null;
    if (open !== undefined) open.text += text;
    this.length += text.length;
    return { reasoning_content: text };
  }

  #input(open: OpenBlock, json: string): JsonObject | null {
    if (json === '') return null;
    open.text += json;
    this.length += json.length;
    if (open.toolIndex < 0) return null;
    return { tool_calls: [{ index: open.toolIndex, function: { arguments: json } }] };
  }
}

/** Input of a server's own tool: for show only, so what cannot be read is shown as text. */
function parsedInput(json: string): JsonValue {
  try {
    const input = JSON.parse(json) as JsonValue;
    return isObject(input) ? input : json;
  } catch {
    return json;
  }
}

function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
