/**
 * What a codec must know of a model beyond its price. A table of name patterns, first match wins; what is not in it is
 * unknown, and stays undefined. Names come in as the vendor writes them, without an aggregator's prefix, lower case.
 */
import type { TargetModel } from '../llm/model.ts';

export type ModelFacts = Omit<TargetModel, 'name'>;

/** `anthropic/claude-sonnet-4.6:beta` and `claude-sonnet-4-6-20260217` are the same model. */
export function modelFacts(name: string): ModelFacts {
  const bare = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const facts = table.find(([pattern]) => pattern.test(bare))?.[1] ?? unknown;
  const marks = cacheMarks.find(([pattern]) => pattern.test(bare))?.[1];
  return marks === undefined ? facts : { ...facts, refusesCacheMarks: marks };
}

/**
 * Models by their names on Bedrock, where a cache point that a model does not take is an error: "your request did not
 * allow prompt caching". https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html#prompt-caching-models
 */
const cacheMarks: readonly (readonly [RegExp, NonNullable<TargetModel['refusesCacheMarks']>])[] = [
  [/(^|\.)anthropic\.claude-(v2|instant|3-(opus|sonnet|haiku)|3-5-sonnet-20240620)/, 'everywhere'],
  [/(^|\.)amazon\.nova/, 'in-tools'],
  [/(^|\.)(meta|mistral|deepseek|qwen|google|nvidia|cohere|ai21|minimax|moonshot|writer|zai|openai)\./, 'everywhere'],
];

/** Names of models that answer no chat: they can be priced, and would only mislead in a list. */
export function isChatName(name: string): boolean {
  return !/tts|transcri|whisper|realtime|image|embed|moderation|(^|-)ocr|voxtral-mini-2|-instruct-0914|lyria/.test(
    name,
  );
}

const unknown: ModelFacts = Object.freeze({});

/** A reasoning model behind OpenAI's API: https://platform.openai.com/docs/guides/reasoning and the model pages. */
const openaiReasoning = (outputTokensMax: number): ModelFacts => ({
  thinking: 'effort',
  fixedSampling: true,
  developerRole: true,
  outputTokensMax,
});
const openaiPlain = (outputTokensMax: number): ModelFacts => ({
  thinking: 'none',
  developerRole: true,
  outputTokensMax,
});

/**
 * Claude: maximum output and thinking from https://platform.claude.com/docs/en/about-claude/models/overview (one page a
 * model), sampling from the migration guides: Opus 4.7 and later, and every 5, answer 400 to temperature, top_p, top_k.
 */
const claude = (thinking: TargetModel['thinking'], outputTokensMax: number): ModelFacts => ({
  thinking,
  outputTokensMax,
  systemTurns: false,
});
/** `max` came with 4.6 and `xhigh` with 4.7: https://platform.claude.com/docs/en/build-with-claude/effort. */
const claude46: ModelFacts = { ...claude('adaptive', 128_000), efforts: ['low', 'medium', 'high', 'max'] };
/** Opus 4.8 and every 5 take role `system` inside `messages`; earlier ones answer 400. */
const claudeFixed = (systemTurns: boolean): ModelFacts => ({
  thinking: 'adaptive',
  fixedSampling: true,
  outputTokensMax: 128_000,
  systemTurns,
});

/**
 * Gemini: limits from https://ai.google.dev/gemini-api/docs/models, budgets and levels from
 * https://ai.google.dev/gemini-api/docs/thinking. From the third generation on, a call without its signature is refused
 * (https://ai.google.dev/gemini-api/docs/thought-signatures), and results of tools hold pictures
 * (https://ai.google.dev/gemini-api/docs/function-calling#multimodal).
 */
const geminiBudget = (min: number, max: number, mayBeOff: boolean): ModelFacts => ({
  thinking: 'budget',
  thinkingBudget: { min, max, mayBeOff },
  outputTokensMax: 65_536,
});
const geminiLevels = (...efforts: NonNullable<ModelFacts['efforts']>): ModelFacts => ({
  thinking: 'effort',
  efforts,
  callSeals: true,
  resultMedia: true,
  outputTokensMax: 65_536,
});

const table: readonly (readonly [RegExp, ModelFacts])[] = [
  [/claude-(opus|sonnet|haiku|fable|mythos)-[5-9]|claude-[5-9]/, claudeFixed(true)],
  [/claude-opus-4[-.]8|claude-4[-.]8-opus/, claudeFixed(true)],
  [/claude-opus-4[-.]7|claude-4[-.]7-opus/, claudeFixed(false)],
  [/claude-(opus|sonnet)-4[-.]6|claude-4[-.]6-(opus|sonnet)/, claude46],
  [/claude-(opus|sonnet|haiku)-4[-.]5|claude-4[-.]5-(opus|sonnet|haiku)/, claude('budget', 64_000)],
  [/claude-opus-4|claude-4-opus/, claude('budget', 32_000)],
  [/claude-sonnet-4|claude-4-sonnet/, claude('budget', 64_000)],
  [/claude-3[-.]7-sonnet|claude-sonnet-3[-.]7/, claude('budget', 64_000)],
  [/claude-3[-.]5-(sonnet|haiku)/, claude('none', 8192)],
  [/claude-(3-|2|v|instant)/, claude('none', 4096)],

  // https://platform.openai.com/docs/models
  [/^gpt-5[.\d]*-chat|^gpt-chat-latest/, openaiPlain(16_384)],
  [/^gpt-[56]/, openaiReasoning(128_000)],
  [/^o1-(mini|preview)/, { thinking: 'none', fixedSampling: true, developerRole: false, outputTokensMax: 32_768 }],
  [/^(o[134](-|$)|codex-mini)/, openaiReasoning(100_000)],
  [/^gpt-4\.1/, openaiPlain(32_768)],
  [/^gpt-4o-2024-05-13/, openaiPlain(4096)],
  [/^(chat)?gpt-4o/, openaiPlain(16_384)],
  [/^gpt-(4-turbo|4-\d{4}-preview|4-vision|3\.5)/, { thinking: 'none', outputTokensMax: 4096 }],
  [/^gpt-4(-\d{4})?$/, { thinking: 'none', outputTokensMax: 8192 }],
  [/gpt-oss/, { thinking: 'effort' }],

  [/^gemini-(1|2[.]0|pro$|flash-1|pro-1)/, { thinking: 'none', outputTokensMax: 8192 }],
  [/^gemini-2[.]5-flash-lite/, geminiBudget(512, 24_576, true)],
  [/^gemini-2[.]5-flash/, geminiBudget(1, 24_576, true)],
  [/^gemini-2[.]5-pro/, geminiBudget(128, 32_768, false)],
  [/^gemini-3-pro/, geminiLevels('low', 'high')],
  [/^gemini-[3-9][.\d]*-pro/, geminiLevels('low', 'medium', 'high')],
  [/^gemini-[3-9]/, geminiLevels('minimal', 'low', 'medium', 'high')],

  // https://api-docs.deepseek.com/guides/thinking_mode: temperature and penalties are taken and ignored.
  [/^deepseek-chat$/, { thinking: 'none', outputTokensMax: 8192 }],
  [/^deepseek-(reasoner$|v4|flash|pro)/, { thinking: 'effort' }],

  // https://docs.x.ai/docs/guides/reasoning: these think by themselves and refuse reasoning_effort.
  [/^grok-(4-0709|4-latest|4-1|4-fast|4\.1|4\.20|code|2)|^grok-4$/, { thinking: 'none' }],
  [/^grok-(3-mini|4\.[3-9])/, { thinking: 'effort' }],
  [/^grok-3/, { thinking: 'none' }],
];
