import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialectId } from '../llm/chat.ts';
import { answeredCalls, findSeals, hasUnsealed, slotTexts, wantsHead } from './seal-slots.ts';

const body = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('seals in bytes', () => {
  it.each([
    [
      'anthropic',
      [
        { type: 'thinking', signature: 'S1' },
        { type: 'redacted_thinking', data: 'S2' },
      ],
    ],
    ['openai-chat', { reasoning_details: [{ signature: 'S1' }, { data: 'S2' }] }],
    ['openai-responses', [{ encrypted_content: 'S1' }, { encrypted_content: 'S2' }]],
    ['gemini', [{ thoughtSignature: 'S1' }, { thought_signature: 'S2' }]],
    ['bedrock-converse', [{ reasoningText: { signature: 'S1' } }, { redactedContent: 'S2' }]],
  ] as [DialectId, unknown][])('of %s are found', (dialect, value) => {
    expect(findSeals(body(value), dialect).toSorted()).toEqual(['S1', 'S2']);
    expect(findSeals(Buffer.from(JSON.stringify(value, null, 2)), dialect).toSorted()).toEqual(['S1', 'S2']);
  });

  it('are found whatever stands in them, and never in a text that quotes one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (seal, text) => {
        const quoted = JSON.stringify({ signature: seal, text });
        expect(findSeals(body({ text: quoted, signature: seal }), 'anthropic')).toEqual([seal]);
        expect(findSeals(body({ text: quoted }), 'anthropic')).toEqual([]);
      }),
    );
  });

  it('that are cut off, empty, or no text are none', () => {
    for (const text of [
      '{"signature":"ab',
      '{"signature":""}',
      '{"signature":null}',
      '{"signature"',
      '"signature":"a\\"',
    ])
      expect(findSeals(Buffer.from(text), 'anthropic')).toEqual([]);
  });
});

describe('thinking that nobody sealed, in bytes', () => {
  const thought = { type: 'thinking', thinking: 'hm', signature: '' };

  it.each<[DialectId, unknown]>([
    ['anthropic', [thought]],
    ['anthropic', [{ ...thought, thinking: '' }]],
    ['openai-responses', [{ type: 'reasoning', id: 'rs_tg1', summary: [] }]],
  ])('of %s is found in %j', (dialect, value) => {
    expect(hasUnsealed(body(value), dialect)).toBe(true);
    expect(hasUnsealed(Buffer.from(JSON.stringify(value, null, 2)), dialect)).toBe(true);
  });

  it.each<[DialectId, unknown]>([
    ['anthropic', [{ ...thought, signature: 'S' }]],
    ['anthropic', { thinking: { type: 'enabled' }, input: { signature: '' } }],
    ['anthropic', [{ text: JSON.stringify(thought) }]],
    ['openai-responses', [{ type: 'reasoning', id: 'rs_1' }, { text: 'the prefix "rs_tg"' }]],
    ['openai-chat', [thought]],
    ['gemini', [thought]],
    ['bedrock-converse', [{ reasoningText: { text: 'hm', signature: '' } }]],
  ])('of %s is not in %j', (dialect, value) => {
    expect(hasUnsealed(body(value), dialect)).toBe(false);
  });
});

describe('calls in bytes', () => {
  const results = [{ tool_use_id: 'a' }, { tool_use_id: 'b' }, { tool_use_id: 'a' }];

  it('are those with a result, each once, where anything depends on them', () => {
    expect(answeredCalls(body({ results }), 'anthropic')).toEqual(['a', 'b']);
    expect(answeredCalls(body({ results: [{ toolUseId: 'c' }] }), 'bedrock-converse')).toEqual(['c']);
    expect(answeredCalls(body({ input: [{ call_id: 'd' }, { call_id: 'd' }] }), 'openai-responses')).toEqual(['d']);
    expect(answeredCalls(body({ messages: [{ tool_call_id: 'e' }] }), 'openai-chat')).toEqual([]);
  });

  it('need the head of their turn where thinking has a budget', () => {
    expect(wantsHead(body({ thinking: { type: 'enabled' } }), 'anthropic')).toBe(true);
    expect(wantsHead(body({ thinking: { type: 'adaptive' } }), 'anthropic')).toBe(false);
    expect(wantsHead(body({ thinking: { type: 'enabled' } }), 'openai-chat')).toBe(false);
  });
});

describe('a seal that is a whole entry', () => {
  it('is known by what stands in its slot, and by nothing else of it', () => {
    const detail = JSON.stringify({ type: 'reasoning.text', format: 'anthropic-claude-v1', signature: 'S' });
    expect(slotTexts({ dialect: 'openai-chat', value: detail })).toEqual(['S']);
    const item = JSON.stringify({ id: 'rs_1', encrypted_content: 'E' });
    expect(slotTexts({ dialect: 'openai-responses', value: item })).toEqual(['E']);
    expect(slotTexts({ dialect: 'anthropic', value: 'S==' })).toEqual(['S==']);
  });
});
