/** Anthropic's Messages. https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
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

const usage = { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };

export const anthropicSealing: SealingWire = {
  read,
  sealed: (said, mint) =>
    said.map((part, i) =>
      // What follows the thinking is what was thought about: it is sealed along with it.
      part.type === 'thinking' ? { ...part, seal: mint(i, said.slice(i).map(contentOf).join('\n')) } : part,
    ),
  whole: (said, id) =>
    Buffer.from(JSON.stringify({ ...shell(id), content: said.map(blockOf), stop_reason: stopOf(said), usage })),
  stream: (said, id) => Buffer.from(events(said, id).join('')),
  streamHeaders: sseContent,
  refusal: (fault, answer) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message: `messages.${2 * answer + 1}.content.0: ${words[fault]}` },
  }),
  wantsHead: true,
};

const words = {
  missing: 'thinking blocks in an assistant message cannot be left out. They must remain as in the original response.',
  changed: '`thinking` or `redacted_thinking` blocks cannot be modified. They must remain as in the original response.',
  foreign: 'Invalid `signature` in `thinking` block',
  headless:
    'Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block.',
};

function read(call: UpstreamCall): SeenRequest {
  const body = call.json ?? {};
  const answers: Said[][] = [];
  let session = '';
  let role = '';
  let isInLoop = false;
  for (const message of list(body.messages)) {
    const content =
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : list(message.content);
    if (message.role === 'assistant') {
      if (role !== 'assistant') answers.push([]);
      answers.at(-1)?.push(...content.flatMap(saidOf));
    } else if (message.role === 'user') {
      const text = content.find((block) => block.type === 'text')?.text;
      if (session === '' && typeof text === 'string') session = text;
      isInLoop = content.every((block) => block.type === 'tool_result');
    }
    role = String(message.role);
  }
  const thinking = fields(body.thinking).type;
  return {
    stream: body.stream === true,
    thinks: thinking === 'enabled' || thinking === 'adaptive',
    session,
    answers,
    isInLoop,
  };
}

function saidOf(block: Json): Said[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: String(block.text) }];
    case 'thinking':
      return [{ type: 'thinking', text: String(block.thinking), seal: String(block.signature) }];
    case 'redacted_thinking':
      return [{ type: 'thinking', text: '', redacted: true, seal: String(block.data) }];
    case 'tool_use':
      return [{ type: 'call', id: String(block.id), name: String(block.name), args: JSON.stringify(block.input) }];
    default:
      throw new Error(`no block of this API: ${JSON.stringify(block).slice(0, 100)}`);
  }
}

function blockOf(part: Said): Json {
  if (part.type === 'call') return { type: 'tool_use', id: part.id, name: part.name, input: JSON.parse(part.args) };
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.redacted) return { type: 'redacted_thinking', data: part.seal };
  return { type: 'thinking', thinking: part.text, signature: part.seal };
}

function shell(id: string): Json {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model: 'claude', stop_sequence: null };
}

function stopOf(said: readonly Said[]): string {
  return said.some((part) => part.type === 'call') ? 'tool_use' : 'end_turn';
}

function events(said: readonly Said[], id: string): string[] {
  const event = (type: string, more: object): string => sse({ type, ...more }, type);
  const blocks = said.flatMap((part, index) => {
    const delta = (fields: object): string => event('content_block_delta', { index, delta: fields });
    const empty = {
      ...blockOf(part),
      ...(part.type === 'thinking' && !part.redacted && { thinking: '', signature: '' }),
    };
    const start = { ...empty, ...(part.type === 'text' && { text: '' }), ...(part.type === 'call' && { input: {} }) };
    const deltas =
      part.type === 'call'
        ? pieces(part.args).map((piece) => delta({ type: 'input_json_delta', partial_json: piece }))
        : part.type === 'text'
          ? pieces(part.text).map((piece) => delta({ type: 'text_delta', text: piece }))
          : pieces(part.text).map((piece) => delta({ type: 'thinking_delta', thinking: piece }));
    const signed = part.type === 'thinking' && !part.redacted;
    return [
      event('content_block_start', { index, content_block: start }),
      ...deltas,
      ...(signed ? [delta({ type: 'signature_delta', signature: part.seal })] : []),
      event('content_block_stop', { index }),
    ];
  });
  return [
    event('message_start', { message: { ...shell(id), content: [], stop_reason: null, usage } }),
    ...blocks,
    event('message_delta', { delta: { stop_reason: stopOf(said), stop_sequence: null }, usage }),
    event('message_stop', {}),
  ];
}
