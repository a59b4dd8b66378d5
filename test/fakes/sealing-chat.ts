/**
 * A chat provider with sealed reasoning. https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
 */
import type { UpstreamCall } from './call.ts';
import {
  contentOf,
  fields,
  type Json,
  list,
  pieces,
  type Said,
  type SealingWire,
  type SeenRequest,
  sse,
  sseContent,
} from './sealing.ts';

const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

export const chatSealing: SealingWire = {
  read,
  sealed: (said, mint) =>
    said.map((part, i) =>
      part.type === 'thinking' ? { ...part, seal: mint(i, said.slice(i).map(contentOf).join('\n')) } : part,
    ),
  whole: (said, id) => {
    const message = { role: 'assistant', content: textOf(said) || null, ...reasoningOf(said), ...callsOf(said) };
    const choice = { index: 0, message, finish_reason: finishOf(said) };
    return Buffer.from(JSON.stringify({ ...shell(id, 'chat.completion'), choices: [choice], usage }));
  },
  stream: (said, id) => Buffer.from(chunks(said, id).join('')),
  streamHeaders: sseContent,
  refusal: (fault, answer) => ({
    error: { message: `reasoning_details of assistant message ${answer} are invalid (${fault})`, code: 400 },
  }),
};

function read(call: UpstreamCall): SeenRequest {
  const body = call.json ?? {};
  const answers: Said[][] = [];
  let session = '';
  let role = '';
  for (const message of list(body.messages)) {
    if (message.role === 'assistant') {
      if (role !== 'assistant') answers.push([]);
      answers.at(-1)?.push(...saidOf(message));
    } else if (message.role === 'user' && session === '') {
      session = String(typeof message.content === 'string' ? message.content : list(message.content)[0]?.text);
    }
    role = String(message.role);
  }
  return { stream: body.stream === true, thinks: true, session, answers, isInLoop: role === 'tool' };
}

function saidOf(message: Json): Said[] {
  const details = list(message.reasoning_details).map((detail): Said => {
    if (detail.type === 'reasoning.encrypted')
      return { type: 'thinking', text: '', redacted: true, seal: String(detail.data) };
    return { type: 'thinking', text: String(detail.text ?? ''), seal: String(detail.signature) };
  });
  const text: Said[] = message.content ? [{ type: 'text', text: String(message.content) }] : [];
  const calls = list(message.tool_calls).map((call): Said => {
    const { name, arguments: args } = fields(call.function);
    return { type: 'call', id: String(call.id), name: String(name), args: String(args) };
  });
  return [...details, ...text, ...calls];
}

function detailOf(part: Said & { type: 'thinking' }, index: number): Json {
  const format = 'anthropic-claude-v1';
  if (part.redacted) return { type: 'reasoning.encrypted', data: part.seal, format, index };
  return { type: 'reasoning.text', text: part.text, signature: part.seal, format, index };
}

function reasoningOf(said: readonly Said[]): Json {
  const thinking = said.filter((part) => part.type === 'thinking');
  if (thinking.length === 0) return {};
  return { reasoning: thinking.map((part) => part.text).join(''), reasoning_details: thinking.map(detailOf) };
}

function textOf(said: readonly Said[]): string {
  return said.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function callsOf(said: readonly Said[]): Json {
  const calls = said.filter((part) => part.type === 'call');
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map(({ id, name, args }, index) => ({
      index,
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  };
}

function finishOf(said: readonly Said[]): string {
  return said.some((part) => part.type === 'call') ? 'tool_calls' : 'stop';
}

function shell(id: string, object: string): Json {
  return { id: `gen-${id}`, object, created: 1_755_000_000, model: 'gpt' };
}

function chunks(said: readonly Said[], id: string): string[] {
  const chunk = (delta: object, finish: string | null = null): string =>
    sse({ ...shell(id, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] });
  let index = 0;
  const deltas = said.flatMap((part) => {
    if (part.type === 'text') return pieces(part.text).map((content) => chunk({ content }));
    if (part.type === 'call')
      return [chunk(callsOf([part])).replace('"index":0,"id"', `"index":${callAt(said, part)},"id"`)];
    const detail = detailOf(part, index++);
    if (part.redacted) return [chunk({ reasoning_details: [detail] })];
    const { text: _, signature, ...rest } = detail;
    const texts = pieces(part.text).map((text) => chunk({ reasoning: text, reasoning_details: [{ ...rest, text }] }));
    return [...texts, chunk({ reasoning_details: [{ ...rest, signature }] })];
  });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...deltas,
    chunk({}, finishOf(said)),
    sse({ ...shell(id, 'chat.completion.chunk'), choices: [], usage }),
    'data: [DONE]\n\n',
  ];
}

function callAt(said: readonly Said[], part: Said): number {
  return said.filter((each) => each.type === 'call').indexOf(part as Said & { type: 'call' });
}
