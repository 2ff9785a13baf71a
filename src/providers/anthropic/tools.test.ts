import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../adapter.ts';
import { LOOP, sent, sentText, TOOL, USER } from './request.case.ts';

describe('tools', () => {
  it('keeps a result next to its call when the client put text between them', () => {
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: ['a', 'b'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: '{}' },
        })),
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'user', content: [{ type: 'text', text: 'see' }] },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ];
    const turns = sent({ messages, tools: [TOOL] })['messages'] as { content: JsonObject[] }[];
    expect(turns[2]?.content.map((block) => block['tool_use_id'] ?? block['text'])).toEqual([
      'a',
      'b',
      'see',
    ]);
  });

  it('rewrites ids that the wire refuses, for call and result alike, and keeps them apart', () => {
    const ids = ['call:1', 'call.1', 'call_1'];
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
      },
      ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: id })),
    ];
    const turns = sent({ messages, tools: [TOOL] })['messages'] as { content: JsonObject[] }[];
    const calls = turns[1]?.content.map((block) => block['id'] as string) ?? [];
    expect(new Set(calls).size).toBe(3);
    expect(calls.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))).toBe(true);
    expect(turns[2]?.content.map((block) => [block['tool_use_id'], block['content']])).toEqual(
      calls.map((id, i) => [id, ids[i]]),
    );
  });

  it('keeps every digit of an id in tool arguments', () => {
    const args = '{"id":1234567890123456789,"price":0.12345678901234567890,"list":[1.0,2]}';
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: args } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    const body = sentText({ messages, tools: [TOOL] });
    expect(body).toContain('"input":{"id":1234567890123456789,"price":0.12345678901234567890,"list":[1,2]}');
  });

  it('defines the tools of a history whose tools the client left out, and forbids to call them', () => {
    expect(sent({ messages: LOOP })).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
  });

  it('takes named, allowed and forbidden tools', () => {
    const g = { type: 'function', function: { name: 'g' } };
    const named = { type: 'function', function: { name: 'g' } };
    expect(sent({ tools: [TOOL, g], tool_choice: named })['tool_choice']).toEqual({
      type: 'tool',
      name: 'g',
    });
    expect(
      sent({ tools: [TOOL, g], tool_choice: 'none', parallel_tool_calls: false })['tool_choice'],
    ).toEqual({ type: 'none' });
    expect(sent({ tools: [TOOL, g], tool_choice: named, parallel_tool_calls: false })['tool_choice']).toEqual(
      {
        type: 'tool',
        name: 'g',
        disable_parallel_tool_use: true,
      },
    );
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } };
    expect(sent({ tools: [TOOL, g], tool_choice: allowed })).toMatchObject({
      tools: [{ name: 'g' }],
      tool_choice: { type: 'any' },
    });
  });

  it('makes a strict tool strict where the model can, and passes native tools on', () => {
    const parameters = {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 1 } },
      required: ['a'],
    };
    const strict = {
      type: 'function',
      function: { name: 'f', strict: true, parameters },
      cache_control: { type: 'ephemeral' },
    };
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 };
    expect(sent({ tools: [strict, search] })['tools']).toEqual([
      {
        name: 'f',
        strict: true,
        input_schema: {
          type: 'object',
          properties: { a: { type: 'integer', description: '{minimum: 1}' } },
          required: ['a'],
          additionalProperties: false,
        },
        cache_control: { type: 'ephemeral' },
      },
      search,
    ]);
    expect(sent({ model: 'claude-opus-4-20250514', tools: [strict] })['tools']).toEqual([
      { name: 'f', input_schema: parameters, cache_control: { type: 'ephemeral' } },
    ]);
  });
});
