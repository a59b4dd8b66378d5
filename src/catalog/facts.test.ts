import { describe, expect, it } from 'vitest';
import { type ModelFacts, modelFacts } from './facts.ts';
import { bundledPrices } from './genai-prices.ts';

const claude46: ModelFacts = {
  thinking: 'adaptive',
  efforts: ['low', 'medium', 'high', 'max'],
  outputTokensMax: 128_000,
  systemTurns: false,
};

describe('modelFacts', () => {
  it.each<[string, ModelFacts]>([
    ['gpt-5', { thinking: 'effort', fixedSampling: true, developerRole: true, outputTokensMax: 128_000 }],
    [
      'gpt-6-sol-2026-09-22',
      { thinking: 'effort', fixedSampling: true, developerRole: true, outputTokensMax: 128_000 },
    ],
    ['gpt-5-chat-latest', { thinking: 'none', developerRole: true, outputTokensMax: 16_384 }],
    ['o3-mini', { thinking: 'effort', fixedSampling: true, developerRole: true, outputTokensMax: 100_000 }],
    [
      'openai/o4-mini-2025-04-16',
      { thinking: 'effort', fixedSampling: true, developerRole: true, outputTokensMax: 100_000 },
    ],
    ['o1-mini', { thinking: 'none', fixedSampling: true, developerRole: false, outputTokensMax: 32_768 }],
    ['gpt-4o-mini', { thinking: 'none', developerRole: true, outputTokensMax: 16_384 }],
    ['gpt-4.1', { thinking: 'none', developerRole: true, outputTokensMax: 32_768 }],
    ['gpt-4-0613', { thinking: 'none', outputTokensMax: 8192 }],
    ['claude-3-haiku-20240307', { thinking: 'none', outputTokensMax: 4096, systemTurns: false }],
    ['claude-3-5-sonnet-20241022', { thinking: 'none', outputTokensMax: 8192, systemTurns: false }],
    ['claude-3-7-sonnet-latest', { thinking: 'budget', outputTokensMax: 64_000, systemTurns: false }],
    ['claude-opus-4-20250514', { thinking: 'budget', outputTokensMax: 32_000, systemTurns: false }],
    ['claude-opus-4-1-20250805', { thinking: 'budget', outputTokensMax: 32_000, systemTurns: false }],
    ['claude-sonnet-4-20250514', { thinking: 'budget', outputTokensMax: 64_000, systemTurns: false }],
    ['claude-sonnet-4-5-20250929', { thinking: 'budget', outputTokensMax: 64_000, systemTurns: false }],
    ['anthropic/claude-haiku-4.5', { thinking: 'budget', outputTokensMax: 64_000, systemTurns: false }],
    ['claude-opus-4-6', claude46],
    ['claude-sonnet-4-6', claude46],
    ['claude-opus-4-7', { thinking: 'adaptive', fixedSampling: true, outputTokensMax: 128_000, systemTurns: false }],
    ['claude-sonnet-5', { thinking: 'adaptive', fixedSampling: true, outputTokensMax: 128_000, systemTurns: true }],
    ['claude-opus-5-5', { thinking: 'adaptive', fixedSampling: true, outputTokensMax: 128_000, systemTurns: true }],
    ['deepseek-chat', { thinking: 'none', outputTokensMax: 8192 }],
    ['deepseek-v4-pro', { thinking: 'effort' }],
    ['grok-3-mini', { thinking: 'effort' }],
    ['grok-4', { thinking: 'none' }],
    ['llama-3.3-70b-versatile', {}],
    ['', {}],
  ])('%s', (name, facts) => {
    expect(modelFacts(name)).toEqual(facts);
  });

  it('knows the largest output of every Claude, which its API cannot be asked without', () => {
    const names = bundledPrices('anthropic').map((row) => row.name ?? '');
    expect(names.filter((name) => modelFacts(name).outputTokensMax === undefined)).toEqual([]);
  });
});
