/** The registry of vendors: one line each. */
import { anthropic } from './anthropic.ts';
import { anthropicCompatible } from './anthropic-compatible.ts';
import { azure } from './azure.ts';
import { baseten } from './baseten.ts';
import { bedrock } from './bedrock.ts';
import { bedrockCompatible } from './bedrock-compatible.ts';
import { cerebras } from './cerebras.ts';
import { cloudflare } from './cloudflare.ts';
import { cohere } from './cohere.ts';
import { dashscope } from './dashscope.ts';
import { deepinfra } from './deepinfra.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { geminiCompatible } from './gemini-compatible.ts';
import { github } from './github.ts';
import { google } from './google.ts';
import { groq } from './groq.ts';
import { huggingface } from './huggingface.ts';
import { hyperbolic } from './hyperbolic.ts';
import { llamacpp } from './llamacpp.ts';
import { lmstudio } from './lmstudio.ts';
import { localai } from './localai.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { mock } from './mock.ts';
import { moonshot } from './moonshot.ts';
import { nebius } from './nebius.ts';
import { novita } from './novita.ts';
import { nvidia } from './nvidia.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import { perplexity } from './perplexity.ts';
import type { Provider } from './provider.ts';
import { responsesCompatible } from './responses-compatible.ts';
import { sambanova } from './sambanova.ts';
import { sglang } from './sglang.ts';
import { siliconflow } from './siliconflow.ts';
import { together } from './together.ts';
import { vertex } from './vertex.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';
import { zai } from './zai.ts';

const registry: readonly Provider[] = [
  openai,
  anthropic,
  google,
  deepseek,
  openrouter,
  groq,
  mistral,
  xai,
  together,
  fireworks,
  cerebras,
  azure,
  vertex,
  bedrock,
  cohere,
  perplexity,
  moonshot,
  zai,
  dashscope,
  minimax,
  nvidia,
  sambanova,
  hyperbolic,
  novita,
  deepinfra,
  nebius,
  baseten,
  siliconflow,
  huggingface,
  github,
  cloudflare,
  ollama,
  vllm,
  lmstudio,
  sglang,
  llamacpp,
  localai,
  openaiCompatible,
  anthropicCompatible,
  responsesCompatible,
  geminiCompatible,
  bedrockCompatible,
  mock,
];

export const providers: ReadonlyMap<string, Provider> = new Map(registry.map((vendor) => [vendor.id, vendor]));
