import { describe, expect, it } from 'vitest';
import { scanJson } from '../lib/json.ts';
import { doorByName, doorOfBody } from './body-door.ts';

const dialectOf = (body: object, name: string | null = null, headers: Record<string, string> = {}) =>
  doorOfBody(scanJson(Buffer.from(JSON.stringify(body))), name, headers).dialect.id;

describe('a body without a path', () => {
  it.each([
    ['openai-chat', { messages: [] }],
    ['openai-chat', {}],
    ['openai-responses', { input: 'hi' }],
    ['anthropic', { messages: [], system: 'Be kind.' }],
    ['gemini', { contents: [] }],
    ['bedrock-converse', { messages: [], system: [], inferenceConfig: {} }],
  ])('is of %s by its shape', (dialect, body) => {
    expect(dialectOf(body)).toBe(dialect);
  });

  it("is Anthropic's where its header says so", () => {
    expect(dialectOf({ messages: [] }, null, { 'anthropic-version': '2023-06-01' })).toBe('anthropic');
  });

  it('is what its caller names, whatever its shape', () => {
    expect(dialectOf({ contents: [] }, 'anthropic')).toBe('anthropic');
    expect(() => dialectOf({}, 'toString')).toThrow(/Known are openai-chat, openai-responses, anthropic/);
    expect(doorByName('constructor')).toBeUndefined();
  });
});
