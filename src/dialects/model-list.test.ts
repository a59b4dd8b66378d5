import { describe, expect, it } from 'vitest';
import type { ListedModel } from '../llm/model-list.ts';
import { anthropicModelList, openaiModelList } from './model-list.ts';

const whole: ListedModel = {
  id: 'openai/gpt-5',
  owner: 'openai',
  createdAtMs: 1_754_524_800_000,
  contextTokens: 400_000,
  outputTokensMax: 128_000,
  inputs: ['text', 'image'],
  tools: true,
  thinks: true,
  price: { input: 1_250_000n, output: 10_000_000n, cacheRead: 125_000n },
};
const bare: ListedModel = { id: 'local/x', owner: 'local', createdAtMs: 0 };
const none = new URLSearchParams();

describe('a list of models', () => {
  it("for OpenAI's clients says what the catalogue knows, with exact prices of one token", () => {
    expect(JSON.parse(openaiModelList.renderList([whole, bare], none))).toEqual({
      object: 'list',
      data: [
        {
          id: 'openai/gpt-5',
          object: 'model',
          created: 1_754_524_800,
          owned_by: 'openai',
          context_length: 400_000,
          max_output_tokens: 128_000,
          architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
          pricing: { prompt: '0.00000125', completion: '0.00001', input_cache_read: '0.000000125' },
          supported_parameters: ['tools', 'tool_choice', 'reasoning'],
        },
        { id: 'local/x', object: 'model', created: 0, owned_by: 'local' },
      ],
    });
  });

  it.each([
    [0n, '0'],
    [1n, '0.000000000001'],
    [1_000_000_000_000n, '1'],
    [15_500_000_000_000n, '15.5'],
  ])('%s pico-dollars are $%s', (pico, dollars) => {
    const list = JSON.parse(openaiModelList.renderList([{ ...bare, price: { input: pico, output: 1n } }], none));
    expect(list.data[0].pricing.prompt).toBe(dollars);
  });

  it("for Anthropic's clients has every field that its SDK declares", () => {
    expect(JSON.parse(anthropicModelList.renderOne(whole))).toEqual({
      type: 'model',
      id: 'openai/gpt-5',
      display_name: 'openai/gpt-5',
      created_at: '2025-08-07T00:00:00.000Z',
      max_input_tokens: 400_000,
      max_tokens: 128_000,
      capabilities: null,
      lifecycle: 'active',
      deprecated_at: null,
      retires_at: null,
      line: null,
    });
  });
});
