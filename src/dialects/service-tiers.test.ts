import { describe, expect, it } from 'vitest';
import { anthropic } from './anthropic/index.ts';
import { bedrockConverse } from './bedrock-converse/index.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiResponses } from './openai-responses/index.ts';

const chat = (more: object) => ({ usage: { prompt_tokens: 1, completion_tokens: 1 }, ...more });
const responses = (more: object) => ({ usage: { input_tokens: 1, output_tokens: 1 }, ...more });
const messages = (more: object) => ({ usage: { input_tokens: 1, output_tokens: 1, ...more } });
const google = (more: object) => ({ usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, ...more } });
const converse = (more: object) => ({ usage: { inputTokens: 1, outputTokens: 1 }, ...more });

describe('an answer that was served in another tier than the standard one is flagged', () => {
  it.each<[string, Dialect, Record<string, unknown>, readonly string[]]>([
    ['chat', openaiChat, chat({ service_tier: 'flex' }), ['tier-unpriced:flex']],
    ['chat, standard', openaiChat, chat({ service_tier: 'default' }), []],
    ['chat, Groq', openaiChat, chat({ service_tier: 'on_demand' }), []],
    ['chat, silent', openaiChat, chat({ service_tier: null }), []],
    ['Responses', openaiResponses, responses({ service_tier: 'priority' }), ['tier-unpriced:priority']],
    ['Responses, standard', openaiResponses, responses({ service_tier: 'auto' }), []],
    ['Messages', anthropic, messages({ service_tier: 'priority' }), ['tier-unpriced:priority']],
    ['Messages, fast', anthropic, messages({ speed: 'fast' }), ['tier-unpriced:speed-fast']],
    ['Messages, in one country', anthropic, messages({ inference_geo: 'us' }), ['tier-unpriced:geo-us']],
    ['Messages, standard', anthropic, messages({ service_tier: 'standard', inference_geo: 'global' }), []],
    ['Gemini', gemini, google({ serviceTier: 'flex' }), ['tier-unpriced:flex']],
    ['Vertex', gemini, google({ trafficType: 'ON_DEMAND_PRIORITY' }), ['tier-unpriced:priority']],
    [
      'Vertex, paid ahead',
      gemini,
      google({ trafficType: 'PROVISIONED_THROUGHPUT' }),
      ['tier-unpriced:provisioned_throughput'],
    ],
    ['Vertex, standard', gemini, google({ trafficType: 'ON_DEMAND' }), []],
    ['Converse', bedrockConverse, converse({ serviceTier: { type: 'priority' } }), ['tier-unpriced:priority']],
    [
      'Converse, fast',
      bedrockConverse,
      converse({ performanceConfig: { latency: 'optimized' } }),
      ['tier-unpriced:latency-optimized'],
    ],
    ['Converse, standard', bedrockConverse, converse({ serviceTier: { type: 'default' } }), []],
  ])('%s', (_, dialect, body, flags) => {
    expect(dialect.readUsage(body)?.flags).toEqual(flags);
  });
});
