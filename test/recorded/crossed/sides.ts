/**
 * The three dialects beside chat and Messages, each as a provider (what was recorded, and what a right reader gets out of
 * it) and as a caller (what its official SDK read), in words that belong to none of them.
 */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { Response } from 'openai/resources/responses/responses';
import * as bedrock from '../../bedrock/ask.ts';
import { readByAws } from '../../bedrock/sdk.ts';
import type { Rig } from '../../cases/rig.ts';
import { type Recording, recording } from '../../fakes/recording.ts';
import type { Script } from '../../fakes/upstream.ts';
import * as gemini from '../../gemini/corpus.ts';
import { readBySdk as readByGoogle } from '../../gemini/sdk.ts';
import * as responses from '../../responses/corpus.ts';
import { readStream, readWhole, saidIn } from '../../responses/sdk.ts';
import { shortName } from '../corpus.ts';
import type { Call } from '../truth.ts';
import { heard } from './exceptions.ts';

export type Side = 'openai-responses' | 'gemini' | 'bedrock-converse';

export const sides: readonly Side[] = ['openai-responses', 'gemini', 'bedrock-converse'];
export const modelOf: Readonly<Record<Side, string>> = {
  'openai-responses': 're/m',
  gemini: 'ge/m',
  'bedrock-converse': 'be/m',
};

/** Every provider of a pair, with its callers. */
export const pairs: readonly (readonly [Side, Side])[] = sides.flatMap((from) =>
  sides.filter((to) => to !== from).map((to) => [from, to] as const),
);

type End = 'stop' | 'tool-call' | 'length' | 'refused';

/** What was said. Undefined: the recording, or the dialect, does not tell. */
export interface Said {
  /** A refusal's words are text where a dialect has no place of their own for them. */
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly end: End | undefined;
  /** Everything that was sent, read from a cache, and produced; `thinking` is in `output`. */
  readonly usage:
    | { readonly prompt: number; readonly cacheRead: number; readonly output: number; readonly thinking?: number }
    | undefined;
}

/** Whole answers and streams. What is still being made in the background only callers of its own dialect can know. */
export const answers: Readonly<Record<Side, readonly Recording[]>> = {
  'openai-responses': [...responses.streams, ...responses.wholes].filter(
    (kept) => !responses.isFailure(kept) && kept.expect?.status !== 'queued',
  ),
  gemini: [...gemini.streams, ...gemini.wholes],
  'bedrock-converse': [...bedrock.streams, ...bedrock.answers],
};

export const errors: Readonly<Record<Side, readonly Recording[]>> = {
  'openai-responses': [...responses.errors, ...responses.streams.filter(responses.isFailure)],
  gemini: gemini.errors,
  'bedrock-converse': bedrock.errors,
};

export const named = (kept: Recording) => [shortName(kept), kept] as const;
export const isStream = ({ kind }: Recording) => kind === 'stream';

/** The bytes of the answer that `expect.json` speaks of. */
export function bodyOf(kept: Recording): Buffer {
  return kept.dialect === 'openai-responses' && isStream(kept) ? responses.streamOf(kept) : kept.response;
}

/** Cut at the given offsets into separate writes. */
export function served(kept: Recording, cuts: readonly number[] = []): Script {
  if (kept.dialect !== 'openai-responses' || !isStream(kept)) return recording(kept.id, cuts);
  return async (_call, reply) => {
    reply.head(200, responses.sse);
    await reply.slices(bodyOf(kept), cuts);
    reply.end();
  };
}

/** Asks as a caller of `to`, through its SDK; `serve` is called before each request. Rejects with the SDK's own error. */
export async function readAs(
  to: Side,
  rig: Rig,
  aws: BedrockRuntimeClient,
  asked: { readonly model: string; readonly stream: boolean; readonly serve: () => void },
): Promise<Said> {
  const { model, stream, serve } = asked;
  if (to === 'openai-responses') {
    const body = { model, input: 'Hello' };
    if (stream) return ofResponse(await readStream(rig, body, serve));
    serve();
    return ofResponse(await readWhole(rig, body));
  }
  serve();
  return to === 'gemini'
    ? ofGoogle(await readByGoogle(rig, model, stream))
    : ofAws(await readByAws(aws, model, stream));
}

function ofResponse(response: Response): Said {
  const { text, refusal, reasoning, calls } = saidIn(response);
  const { status, incomplete_details: why, usage } = response;
  const incomplete = why?.reason === 'max_output_tokens' ? 'length' : 'refused';
  const completed = refusal === '' ? 'stop' : 'refused';
  return {
    text: text + refusal,
    reasoning,
    calls,
    end: status === 'incomplete' ? incomplete : calls.length > 0 ? 'tool-call' : completed,
    usage: usage && {
      prompt: usage.input_tokens,
      cacheRead: usage.input_tokens_details.cached_tokens,
      output: usage.output_tokens,
      thinking: usage.output_tokens_details.reasoning_tokens,
    },
  };
}

/** https://ai.google.dev/api/generate-content#FinishReason: a call is no reason of its own there. */
function ofGoogle(read: Awaited<ReturnType<typeof readByGoogle>>): Said {
  const { text, reasoning, calls, finish, usage } = read;
  const ends: Readonly<Record<string, End>> = {
    STOP: calls.length > 0 ? 'tool-call' : 'stop',
    MAX_TOKENS: 'length',
    SAFETY: 'refused',
  };
  const { prompt = 0, cached = 0, said = 0, thoughts = 0 } = usage;
  return {
    ...{ text, reasoning, calls: calls.map(({ id, name, args }) => ({ id, name, args })), end: ends[finish ?? ''] },
    usage: { prompt, cacheRead: cached, output: said + thoughts, thinking: thoughts },
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
const awsEnds: Readonly<Record<string, End>> = {
  end_turn: 'stop',
  tool_use: 'tool-call',
  max_tokens: 'length',
  content_filtered: 'refused',
  guardrail_intervened: 'refused',
};

function ofAws({ text, reasoning, calls, stop, usage = {} }: Awaited<ReturnType<typeof readByAws>>): Said {
  const count = (name: string) => Number(usage[name] ?? 0);
  const cacheRead = count('cacheReadInputTokens');
  return {
    ...{ text, reasoning, end: awsEnds[stop ?? ''] },
    calls: calls.map(({ id, name, input }) => ({ id, name, args: JSON.parse(input || '{}') as unknown })),
    usage: {
      prompt: count('inputTokens') + cacheRead + count('cacheWriteInputTokens'),
      ...{ cacheRead, output: count('outputTokens') },
    },
  };
}

interface Expected {
  readonly text: string;
  readonly refusal?: string | null;
  readonly reasoning: string;
  readonly tool_calls: readonly { readonly id: string | null; readonly name: string; readonly arguments: unknown }[];
  readonly finish: string;
  readonly incomplete: string | null;
  readonly usage: Readonly<Record<string, number | null>> | null;
}

/** From `expect.json`, by hand and after the pages of each API; calls nothing of the product. */
export function truthOf(kept: Recording): Said {
  const expected = kept.expect as unknown as Expected;
  const calls = expected.tool_calls.map(({ id, name, arguments: args }) => ({
    ...{ id: id ?? undefined, name, args: args ?? {} },
  }));
  return {
    text: heard[shortName(kept)] ?? expected.text + (expected.refusal ?? blockedWords(kept)),
    ...{ reasoning: expected.reasoning, calls },
    end: endOf(kept, expected),
    usage: usageOf(kept, expected.usage),
  };
}

/** Of a prompt that was blocked there are no words but the reason. */
function blockedWords(kept: Recording): string {
  if (!kept.dialect.startsWith('gemini') || gemini.truthOf(kept).finish !== 'BLOCKED') return '';
  const { promptFeedback } = JSON.parse(kept.response.toString()) as { promptFeedback: { blockReasonMessage: string } };
  return promptFeedback.blockReasonMessage;
}

function endOf(kept: Recording, { finish, incomplete, refusal, tool_calls: calls }: Expected): End | undefined {
  const plain = calls.length > 0 ? 'tool-call' : 'stop';
  if (kept.dialect.startsWith('bedrock')) return awsEnds[finish];
  if (kept.dialect.startsWith('gemini')) {
    const { finish: reason } = gemini.truthOf(kept);
    return reason === 'STOP' ? plain : reason === 'MAX_TOKENS' ? 'length' : 'refused';
  }
  if (incomplete !== null) return incomplete === 'max_output_tokens' ? 'length' : 'refused';
  return (refusal ?? null) === null ? plain : 'refused';
}

function usageOf(kept: Recording, usage: Expected['usage']): Said['usage'] {
  if (usage === null) return undefined;
  const count = (name: string) => usage[name] ?? 0;
  if (kept.dialect.startsWith('gemini')) {
    const { counts } = gemini.truthOf(kept);
    if (counts === undefined) return undefined;
    const { input, cacheRead, output, thinking } = counts;
    return { prompt: input + cacheRead, cacheRead, output, thinking };
  }
  if (kept.dialect === 'openai-responses')
    return {
      ...{ prompt: count('input'), cacheRead: count('cached'), output: count('output') },
      thinking: count('reasoning'),
    };
  const cacheRead = count('cache_read');
  return { prompt: count('input') + cacheRead + count('cache_write'), cacheRead, output: count('output') };
}
