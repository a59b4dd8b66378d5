/**
 * What a right reader gets out of a recording (`expect.json`), and how that must look to callers of both dialects and in
 * the usage row. Every mapping here is written by hand from the documentation, and calls nothing of the product.
 */
import type { Recording } from '../fakes/recording.ts';
import { type Wire, wireOf } from './corpus.ts';

export interface Call {
  readonly id: string | undefined;
  readonly name: string;
  readonly args: unknown;
}

/** As the gateway meters: each kind on its own, none inside another but `thinking` in `output`. */
export interface Counts {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly thinking: number | undefined;
}

export interface Truth {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string | undefined;
  readonly calls: readonly Call[];
  /** In the words of the recording's own dialect; undefined when the answer is an error. */
  readonly finish: string | undefined;
  readonly stopSequence: string | undefined;
  readonly counts: Counts | undefined;
  readonly error: string | undefined;
  readonly serverItems: readonly string[];
  readonly citations: number;
}

interface Expected {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal?: string | null;
  readonly finish: string | null;
  readonly stop_sequence?: string | null;
  readonly tool_calls: readonly { readonly id?: string; readonly name: string; readonly arguments: unknown }[];
  readonly function_call?: { readonly name: string; readonly arguments: unknown };
  readonly usage: Readonly<Record<string, number | null>> | null;
  readonly error?: { readonly message: string };
  readonly server_items?: readonly string[];
  readonly citations?: number;
}

export function truthOf(kept: Recording): Truth {
  const expected = kept.expect as unknown as Expected;
  const { function_call: legacy, tool_calls: calls } = expected;
  const all = legacy === undefined ? calls : [legacy];
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    refusal: expected.refusal ?? undefined,
    calls: all.map((call) => ({ id: 'id' in call ? call.id : undefined, name: call.name, args: call.arguments })),
    finish: expected.finish ?? undefined,
    stopSequence: expected.stop_sequence ?? undefined,
    counts: expected.usage === null ? undefined : countsOf(wireOf(kept), expected.usage),
    error: expected.error?.message,
    serverItems: expected.server_items ?? [],
    citations: expected.citations ?? 0,
  };
}

function countsOf(wire: Wire, usage: Readonly<Record<string, number | null>>): Counts {
  const count = (name: string) => usage[name] ?? 0;
  if (wire === 'anthropic') {
    const [cacheRead, cacheWrite] = [count('cache_read'), count('cache_write')];
    return { input: count('input'), cacheRead, cacheWrite, output: count('output'), thinking: undefined };
  }
  // The prompt is the bound of what was cached, and reasoning that only the total counts was produced all the same.
  const cacheRead = Math.min(count('cached'), count('input'));
  const output = Math.max(count('output'), count('total') - count('input'));
  const thinking = usage.reasoning ?? output - count('output');
  return { input: count('input') - cacheRead, cacheRead, cacheWrite: 0, output, thinking };
}

/** https://platform.openai.com/docs/api-reference/chat/object to https://platform.claude.com/docs/en/api/messages */
const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  eos: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
};

/** The way back. A stop string ends a text like any other; a full context window is a length. */
const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
  pause_turn: 'stop',
};

/** A caller of the recording's own dialect is told its own words; legacy and vendors' ones in today's. */
const sameFinish: Readonly<Record<string, string>> = {
  eos: 'stop',
  function_call: 'tool_calls',
  pause_turn: 'pause_turn',
};

/** What an SDK must have read. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly finish: string | null | undefined;
  readonly stopSequence?: string | null;
  readonly model: string;
  /** As the dialect says them: Messages leaves the cache out of the input, chat has it inside. */
  readonly usage: Readonly<Record<string, number>> | undefined;
}

/** What a Messages caller must read. Refusals are text there. Ids that this API does not allow are made legal. */
export function asMessage(truth: Truth, model: string): Reading {
  const { counts } = truth;
  const legal = /^[a-zA-Z0-9_-]+$/;
  return {
    text: truth.text + (truth.refusal ?? ''),
    reasoning: truth.reasoning,
    calls: truth.calls.map((call) => ({ ...call, id: legal.test(call.id ?? '') ? call.id : undefined })),
    finish: truth.refusal === undefined ? wordFor(truth.finish, stopReasons) : 'refusal',
    model,
    usage: counts && {
      input: counts.input,
      cacheRead: counts.cacheRead,
      cacheWrite: counts.cacheWrite,
      output: counts.output,
    },
  };
}

/** What a chat caller must read. */
export function asCompletion(truth: Truth, model: string): Reading {
  const { counts } = truth;
  const prompt = counts && counts.input + counts.cacheRead + counts.cacheWrite;
  return {
    text: truth.text,
    reasoning: truth.reasoning,
    calls: truth.calls,
    finish: wordFor(truth.finish, finishReasons),
    model,
    usage: counts && {
      prompt: prompt ?? 0,
      completion: counts.output,
      total: (prompt ?? 0) + counts.output,
      cacheRead: counts.cacheRead,
      cacheWrite: counts.cacheWrite,
    },
  };
}

/** A word of the other dialect is mapped; one of the caller's own stays. */
function wordFor(word: string | undefined, mapped: Readonly<Record<string, string>>): string {
  const own = Object.values(mapped).find((candidate) => candidate === word);
  const found = own ?? mapped[word ?? ''] ?? sameFinish[word ?? ''];
  if (found === undefined) throw new Error(`no mapping for the finish ${word}`);
  return found;
}
