import type { JsonObject, JsonValue } from '../adapter.ts';
import { assistantBlocks } from './assistant.ts';
import { contentBlocks, textBlocks, textOnlyBlocks } from './content.ts';
import {
  cacheControl,
  invalid,
  isBlock,
  isObject,
  requireArray,
  requireObject,
  requireString,
  requireText,
  textBlock,
  type Block,
} from './fields.ts';
import type { ModelTraits } from './model.ts';
import { ToolIds } from './tool-ids.ts';

export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: Block[];
}

export interface Conversation {
  readonly system: Block[];
  readonly messages: Turn[];
}

/**
 * OpenAI's `messages` → system blocks and turns that alternate. Tool results become part of the user turn that
 * answers the tool calls, and come first in it, as the API demands.
 */
export function translateMessages(value: JsonValue | undefined, traits: ModelTraits): Conversation {
  const turns = new Turns(traits);
  const ids = new ToolIds();
  for (const [i, entry] of requireArray(value, 'messages').entries()) {
    const path = `messages[${i}]`;
    const message = requireObject(entry, path);
    const role = requireString(message['role'], `${path}.role`);
    switch (role) {
      case 'system':
      case 'developer':
        turns.addSystem(marked(textOnlyBlocks(message['content'], path), message));
        break;
      case 'user':
        addUser(turns, message, path, ids);
        break;
      case 'assistant':
        turns.add('assistant', marked(assistantBlocks(message, path, ids), message));
        break;
      case 'tool':
        turns.addToolResult(toolResult(message, path, ids));
        break;
      case 'function':
        throw invalid(`${path}.role`, '"function" is no longer supported; use "tool" with a tool_call_id.');
      default:
        throw invalid(`${path}.role`, 'must be system, developer, user, assistant or tool.');
    }
  }
  return turns.end();
}

/** Results may also come as content parts, in Anthropic's own form. */
function addUser(turns: Turns, message: JsonObject, path: string, ids: ToolIds): void {
  const { content } = message;
  const parts = Array.isArray(content) ? content : [];
  for (const [j, part] of parts.entries()) {
    if (!isBlock(part, 'tool_result')) continue;
    const at = `${path}.content[${j}]`;
    const id = requireText(part['tool_use_id'], `${at}.tool_use_id`);
    turns.addToolResult(toolResult({ ...part, tool_call_id: id }, at, ids));
  }
  const said = Array.isArray(content) ? parts.filter((part) => !isBlock(part, 'tool_result')) : content;
  turns.add('user', marked(contentBlocks(said, path), message));
}

/** `cache_control` on the message itself, as some clients write it, belongs to the message's last block. */
function marked(blocks: Block[], message: JsonObject): Block[] {
  const last = blocks.at(-1);
  if (last === undefined || !isObject(message['cache_control'])) return blocks;
  return [...blocks.slice(0, -1), { ...cacheControl(message), ...last }];
}

function toolResult(message: JsonObject, path: string, ids: ToolIds): Block {
  const id = requireText(message['tool_call_id'], `${path}.tool_call_id`);
  const { content, marks } = unmarked(resultContent(message['content'], path));
  return {
    type: 'tool_result',
    tool_use_id: ids.ofResult(id),
    ...(content.length === 0 ? {} : { content }),
    // OpenAI's wire has no such member; clients that know Anthropic's write it, and it is the model's business.
    ...(message['is_error'] === true ? { is_error: true } : {}),
    ...(typeof message['toolset_name'] === 'string' ? { toolset_name: message['toolset_name'] } : {}),
    ...marks,
    ...cacheControl(message),
  };
}

/** The API refuses `cache_control` inside a result: the last mark there is the result's own. */
function unmarked(content: string | Block[]): { content: string | Block[]; marks: JsonObject } {
  if (typeof content === 'string') return { content, marks: {} };
  const marks: JsonObject = {};
  const blocks = content.map((part) => {
    const { cache_control: mark, ...block } = part;
    if (isObject(mark)) marks['cache_control'] = mark;
    return { ...block, type: part.type };
  });
  return { content: blocks, marks };
}

/** A string stays a string; a tool that says nothing has a result without content. */
function resultContent(content: JsonValue | undefined, path: string): string | Block[] {
  if (content === undefined || content === null) return '';
  return typeof content === 'string' ? (content.trim() === '' ? '' : content) : contentBlocks(content, path);
}

class Turns {
  readonly #traits: ModelTraits;
  readonly #system: Block[] = [];
  readonly #messages: Turn[] = [];
  /** System text from the middle of the conversation that waits for the end of a user turn. */
  #pending: Block[] = [];

  constructor(traits: ModelTraits) {
    this.#traits = traits;
  }

  addSystem(blocks: Block[]): void {
    const isLater = this.#messages.length > 0 && this.#traits.midConversationSystem;
    (isLater ? this.#pending : this.#system).push(...blocks);
  }

  add(role: 'user' | 'assistant', blocks: Block[]): void {
    if (blocks.length === 0) return;
    if (role === 'assistant') this.#placeSystem();
    const last = this.#messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else this.#messages.push({ role, content: [...blocks] });
  }

  addToolResult(block: Block): void {
    const last = this.#messages.at(-1);
    if (last?.role !== 'user') return this.add('user', [block]);
    const after = last.content.findLastIndex((other) => other.type === 'tool_result') + 1;
    last.content.splice(after, 0, block);
  }

  end(): Conversation {
    this.#placeSystem();
    this.#system.push(...this.#pending);
    this.#endWithUser();
    if (this.#messages.length > 0) return { system: this.#system, messages: this.#messages };
    // OpenAI answers a lone system message; the Messages API wants a user turn, so it is asked as one.
    if (this.#system.length > 0) return { system: [], messages: [{ role: 'user', content: this.#system }] };
    throw invalid('messages', 'must hold at least one message with content.');
  }

  /**
   * A last assistant turn is a prefill, and the API refuses one that ends in white space; from 4.6 on it refuses them
   * all but a turn that a server's tool has paused. To OpenAI's models such a turn is one like any other, and they go
   * on with a new one.
   */
  #endWithUser(): void {
    const last = this.#messages.at(-1);
    if (last?.role !== 'assistant') return;
    trimPrefill(last);
    const isSpoken = last.content.every(({ type }) => SPOKEN.has(type));
    if (isSpoken && !this.#traits.prefill) this.add('user', [textBlock('Continue.')]);
  }

  /** The API takes a system turn only right after a user turn and before an assistant's, or at the end. */
  #placeSystem(): void {
    if (this.#pending.length === 0 || this.#messages.at(-1)?.role !== 'user') return;
    this.#messages.push({ role: 'system', content: this.#pending });
    this.#pending = [];
  }
}

const SPOKEN: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking']);

function trimPrefill(turn: Turn): void {
  const last = turn.content.at(-1);
  if (last?.type !== 'text' || typeof last['text'] !== 'string') return;
  turn.content.splice(-1, 1, ...textBlocks(last['text'].trimEnd(), cacheControl(last)));
}
