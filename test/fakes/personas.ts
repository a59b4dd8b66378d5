/**
 * Well-behaved models, chosen by the request's model name. They answer in no dialect, and they check what a real model
 * would choke on: tool ids and results that do not match, thinking that came back changed, a missing picture.
 */

import { exampleOf } from '../../src/mock/example.ts';
import type { Say } from './answer.ts';
import { type Conversation, type Item, lastUserText } from './conversation.ts';

/** How a persona ends its turn: an answer, or an HTTP error. */
export type Turn =
  | {
      readonly say: Say;
      readonly paceMs?: number;
      /** Break the stream in its middle, or answer with half a body: by an error event, FIN or RST. */
      readonly breakBy?: 'error' | 'fin' | 'reset';
      readonly reasoning?: 'reasoning_content' | 'reasoning' | 'reasoning_details';
    }
  | { readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>> };

/** `violated` says what the request got wrong; the turn then should be a 400. */
export type Persona = (conversation: Conversation, violated: (what: string) => void) => Turn;

export const thinkingText = 'Let me think about this step by step.';
export const thinkingSignature = 'EqQBCkgIARABGAIiQL8sig+nature/0123456789==';
export const redactedData = 'EmwKAhgBEgy3redacted/data+0123==';

/** The persona of a model name; every unknown name is an echo. */
export function personaOf(model: string): Persona {
  const name = model.split('/').at(-1) ?? model;
  const exact = named[name];
  if (exact !== undefined) return exact;
  // Any real-looking name may end so: what the gateway sends depends on the model that it believes to ask.
  if (name.endsWith('thinking')) return thinker('reasoning_content');
  if (name.endsWith('thinking-details')) return thinker('reasoning_details');
  const [, kind, first, second] = /^(lorem|tool-loop|error)-(\d+)(?:-(\d+)ms)?$/.exec(name) ?? [];
  if (kind === 'lorem') return lorem(Number(first), Number(second ?? 0));
  if (kind === 'tool-loop') return toolLoop({ turns: Number(first) });
  if (kind === 'error') return failing(Number(first));
  return echo;
}

const echo: Persona = (conversation) => ({ say: { text: lastUserText(conversation) } });

const named: Readonly<Record<string, Persona>> = {
  echo,
  structured: (conversation, violated) => {
    if (conversation.schema === undefined) violated('structured: no JSON schema came with the request');
    return { say: { text: JSON.stringify(exampleOf(conversation.schema ?? {})) } };
  },
  image: (conversation, violated) => {
    const media = conversation.items.filter((item) => item.type === 'media');
    if (media.length === 0) violated('image: no picture came with the request');
    return {
      say: { text: media.map((item) => `saw ${item.url ?? `${item.mediaType} of ${item.bytes} bytes`}`).join(', ') },
    };
  },
  refusal: () => ({ say: { text: 'I would rather not', stop: 'refusal' } }),
  length: () => ({ say: { text: 'This answer is too', stop: 'length' } }),
  cached: () => ({
    say: { text: 'From the cache', usage: { input: 10, cacheRead: 50, cacheWrite5m: 400, output: 5 } },
  }),
  'error-mid-stream': () => ({ say: { text: words(20) }, breakBy: 'error' }),
  'cut-fin': () => ({ say: { text: words(20) }, breakBy: 'fin' }),
  'cut-reset': () => ({ say: { text: words(20) }, breakBy: 'reset' }),
};

function lorem(count: number, paceMs: number): Persona {
  return () => ({ say: { text: words(count) }, paceMs });
}

function failing(status: number): Persona {
  const headers: Record<string, string> = status === 429 ? { 'retry-after': '7' } : {};
  return () => ({ status, message: `fake failure ${status}`, headers });
}

export interface ToolLoop {
  readonly turns: number;
  /** Calls of turn `turn` (from 0). By default `{step, city}` of the first offered tool; two at once in the second turn. */
  readonly calls?: (
    turn: number,
    conversation: Conversation,
  ) => readonly { readonly name: string; readonly args: object }[];
  /** What the result of a call must be; undefined when it fits. */
  readonly check?: (result: string, args: Record<string, unknown>) => string | undefined;
  /** What is said at the end. By default all results, so that the caller can see them. */
  readonly final?: (results: readonly string[]) => string;
}

/** Calls tools for some turns and checks that each call came back as it was made, with its own result. */
export function toolLoop(loop: ToolLoop): Persona {
  const callsOf = loop.calls ?? defaultCalls;
  return (conversation, violated) => {
    const made = conversation.items.filter((item) => item.type === 'tool-call');
    const results = conversation.items.filter((item) => item.type === 'tool-result');
    let turn = 0;
    let seen = 0;
    while (seen < made.length) {
      const due = callsOf(turn, conversation);
      checkTurn(made.slice(seen, seen + due.length), due, turn, violated);
      seen += due.length;
      turn++;
    }
    if (results.length !== made.length) violated(`tool loop: ${made.length} calls, ${results.length} results`);
    for (const result of results) checkResult(result, made, loop, violated);
    if (turn >= loop.turns) {
      const texts = results.map((result) => result.text);
      return { say: { text: loop.final?.(texts) ?? `done after ${turn} turns: ${texts.join('; ')}` } };
    }
    const tools = callsOf(turn, conversation).map(({ name, args }, i) => ({
      id: callId(turn, i),
      name,
      args: JSON.stringify(args),
    }));
    return { say: { ...(turn === 0 ? { text: 'I will look that up.' } : {}), tools } };
  };
}

/** What the default tool of a loop must answer. */
export function lookupResult(args: Record<string, unknown>): string {
  return `${String(args.city)} has ${1000 + Number(args.step)} people`;
}

type ToolCall = Extract<Item, { type: 'tool-call' }>;

function defaultCalls(turn: number, conversation: Conversation): readonly { name: string; args: object }[] {
  const name = conversation.tools[0]?.name ?? 'lookup';
  const call = (city: string) => ({ name, args: { step: turn + 1, city } });
  return turn === 1 ? [call('Bern'), call('Genève')] : [call('Zürich 😀')];
}

function callId(turn: number, i: number): string {
  return `call_${turn}_${i}_aZ09-x`;
}

function checkTurn(
  made: readonly ToolCall[],
  due: readonly { name: string; args: object }[],
  turn: number,
  violated: (what: string) => void,
): void {
  due.forEach(({ name, args }, i) => {
    const call = made[i];
    if (call === undefined) violated(`tool loop: call ${i} of turn ${turn} did not come back`);
    else if (call.id !== callId(turn, i)) violated(`tool loop: call ${callId(turn, i)} came back as ${call.id}`);
    else if (call.name !== name) violated(`tool loop: ${name} came back as ${call.name}`);
    else if (canonical(call.args) !== canonical(JSON.stringify(args)))
      violated(`tool loop: arguments came back as ${call.args}`);
  });
}

function checkResult(
  result: Extract<Item, { type: 'tool-result' }>,
  made: readonly ToolCall[],
  loop: ToolLoop,
  violated: (what: string) => void,
): void {
  const call = made.find((candidate) => candidate.id === result.callId);
  if (call === undefined) {
    violated(`tool loop: a result for ${result.callId}, which was never called`);
    return;
  }
  const args = JSON.parse(call.args) as Record<string, unknown>;
  const wrong =
    loop.check === undefined
      ? result.text === lookupResult(args)
        ? undefined
        : result.text
      : loop.check(result.text, args);
  if (wrong !== undefined) violated(`tool loop: wrong result for ${result.callId}: ${wrong.slice(0, 200)}`);
}

/** Thinks, calls the first tool if there is one, and insists on getting its thinking back unchanged with the result. */
function thinker(reasoning: 'reasoning_content' | 'reasoning_details'): Persona {
  return (conversation, violated) => {
    const returned = conversation.items.some((item) => item.type === 'tool-result');
    const blocks: Say['blocks'] = [
      { type: 'thinking', text: thinkingText, signature: thinkingSignature },
      ...(conversation.dialect === 'anthropic' ? [{ type: 'redacted-thinking' as const, data: redactedData }] : []),
    ];
    const usage = { thinking: 8 };
    if (!conversation.thinking) violated('thinking: it was not asked for');
    const tool = conversation.tools[0];
    if (!returned && tool !== undefined) {
      const call = {
        type: 'tool-call' as const,
        id: callId(0, 0),
        name: tool.name,
        args: JSON.stringify(exampleOf(tool.schema)),
      };
      return { say: { blocks: [...blocks, call], usage }, reasoning };
    }
    const sealed = conversation.dialect === 'anthropic' || reasoning === 'reasoning_details';
    if (returned && sealed) checkThinking(conversation, violated);
    return {
      say: { blocks: [...blocks, { type: 'text', text: `The answer is ${lastUserText(conversation)}` }], usage },
      reasoning,
    };
  };
}

function checkThinking(conversation: Conversation, violated: (what: string) => void): void {
  const thinking = conversation.items.filter((item) => item.type === 'thinking');
  const text = thinking.map((item) => item.text).join('');
  const signature = thinking.map((item) => item.signature ?? '').join('');
  if (text !== thinkingText) violated(`thinking: text came back as ${JSON.stringify(text)}`);
  if (signature !== thinkingSignature) violated(`thinking: signature came back as ${JSON.stringify(signature)}`);
  if (conversation.dialect !== 'anthropic') return;
  const data = conversation.items.flatMap((item) => (item.type === 'redacted-thinking' ? [item.data] : [])).join('');
  if (data !== redactedData) violated(`thinking: redacted block came back as ${JSON.stringify(data)}`);
}

function canonical(json: string): string {
  try {
    const sort = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .sort()
              .map(([key, item]) => [key, sort(item)]),
          )
        : value;
    return JSON.stringify(sort(JSON.parse(json)));
  } catch {
    return `not JSON: ${json}`;
  }
}

// Common words, one token each in real tokenizers too: a gateway's own estimate can be compared with the count.
const vocabulary = 'the people of this old town know that every good day may end with one small song'.split(' ');

/** `count` words, one token each. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, i) => vocabulary[i % vocabulary.length]).join(' ');
}
