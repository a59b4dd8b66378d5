/** The registry of vendors: one line each. */
import { anthropic } from './anthropic.ts';
import { anthropicCompatible } from './anthropic-compatible.ts';
import { cerebras } from './cerebras.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { groq } from './groq.ts';
import { lmstudio } from './lmstudio.ts';
import { mistral } from './mistral.ts';
import { mock } from './mock.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import type { Provider } from './provider.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';

const registry: readonly Provider[] = [
  openai,
  anthropic,
  deepseek,
  openrouter,
  groq,
  mistral,
  xai,
  together,
  fireworks,
  cerebras,
  ollama,
  vllm,
  lmstudio,
  openaiCompatible,
  anthropicCompatible,
  mock,
];

export const providers: ReadonlyMap<string, Provider> = new Map(registry.map((vendor) => [vendor.id, vendor]));
