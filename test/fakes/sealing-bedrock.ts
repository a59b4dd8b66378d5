/** Bedrock's Converse. https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html */
import { crc32 } from 'node:zlib';
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
} from './sealing.ts';

const usage = { inputTokens: 10, outputTokens: 20, totalTokens: 30 };

export const bedrockSealing: SealingWire = {
  read,
  sealed: (said, mint) =>
    said.map((part, i) =>
      part.type === 'thinking' ? { ...part, seal: mint(i, said.slice(i).map(contentOf).join('\n')) } : part,
    ),
  whole: (said) => {
    const message = { role: 'assistant', content: said.map(blockOf) };
    return Buffer.from(
      JSON.stringify({ output: { message }, stopReason: stopOf(said), usage, metrics: { latencyMs: 1 } }),
    );
  },
  stream: (said) => Buffer.concat(events(said)),
  streamHeaders: { 'content-type': 'application/vnd.amazon.eventstream' },
  refusal: (fault, answer) => ({
    message: `The model returned the following errors: messages.${2 * answer + 1}.content.0: ${words[fault]}`,
  }),
  refusalHeaders: { 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/' },
  wantsHead: true,
};

const words = {
  missing: 'thinking blocks in an assistant message cannot be left out',
  changed: '`thinking` or `redacted_thinking` blocks cannot be modified',
  foreign: 'Invalid `signature` in `thinking` block',
  headless: 'Expected `thinking` or `redacted_thinking`, but found `tool_use`',
};

function read(call: UpstreamCall): SeenRequest {
  const body = call.json ?? {};
  const answers: Said[][] = [];
  let session = '';
  let role = '';
  let isInLoop = false;
  for (const message of list(body.messages)) {
    const content = list(message.content).filter((block) => block.cachePoint === undefined);
    if (message.role === 'assistant') {
      if (role !== 'assistant') answers.push([]);
      answers.at(-1)?.push(...content.map(saidOf));
    } else {
      if (session === '') session = String(content[0]?.text);
      isInLoop = content.every((block) => block.toolResult !== undefined);
    }
    role = String(message.role);
  }
  const thinking = fields(fields(body.additionalModelRequestFields).thinking).type;
  return {
    stream: call.path.endsWith('/converse-stream'),
    thinks: thinking === 'enabled' || thinking === 'adaptive',
    session,
    answers,
    isInLoop,
  };
}

function saidOf(block: Json): Said {
  if (typeof block.text === 'string') return { type: 'text', text: block.text };
  if (block.reasoningContent !== undefined) {
    const { reasoningText, redactedContent } = fields(block.reasoningContent);
    if (typeof redactedContent === 'string')
      return { type: 'thinking', text: '', redacted: true, seal: redactedContent };
    const { text, signature } = fields(reasoningText);
    return { type: 'thinking', text: String(text), seal: String(signature) };
  }
  const { toolUseId, name, input } = fields(block.toolUse);
  if (typeof name !== 'string') throw new Error(`no block of this API: ${JSON.stringify(block).slice(0, 100)}`);
  return { type: 'call', id: String(toolUseId), name, args: JSON.stringify(input) };
}

function blockOf(part: Said): Json {
  if (part.type === 'text') return { text: part.text };
  if (part.type === 'call') return { toolUse: { toolUseId: part.id, name: part.name, input: JSON.parse(part.args) } };
  if (part.redacted) return { reasoningContent: { redactedContent: part.seal } };
  return { reasoningContent: { reasoningText: { text: part.text, signature: part.seal } } };
}

function stopOf(said: readonly Said[]): string {
  return said.some((part) => part.type === 'call') ? 'tool_use' : 'end_turn';
}

/** Only calls have a start; all else begins with its first delta. */
function events(said: readonly Said[]): Buffer[] {
  const blocks = said.flatMap((part, contentBlockIndex) => {
    const delta = (fields: object): Buffer =>
      awsEvent('contentBlockDelta', { contentBlockIndex, delta: fields, p: 'abcd' });
    const stop = awsEvent('contentBlockStop', { contentBlockIndex, p: 'abcdef' });
    if (part.type === 'text') return [...pieces(part.text).map((text) => delta({ text })), stop];
    if (part.type === 'call') {
      const toolUse = { toolUseId: part.id, name: part.name };
      const start = awsEvent('contentBlockStart', { contentBlockIndex, start: { toolUse } });
      return [start, ...pieces(part.args).map((input) => delta({ toolUse: { input } })), stop];
    }
    if (part.redacted) return [delta({ reasoningContent: { redactedContent: part.seal } }), stop];
    const texts = pieces(part.text).map((text) => delta({ reasoningContent: { text } }));
    return [...texts, delta({ reasoningContent: { signature: part.seal } }), stop];
  });
  return [
    awsEvent('messageStart', { role: 'assistant' }),
    ...blocks,
    awsEvent('messageStop', { stopReason: stopOf(said) }),
    awsEvent('metadata', { usage, metrics: { latencyMs: 1 } }),
  ];
}

/** https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html */
export function awsEvent(type: string, value: object): Buffer {
  const headers = Buffer.concat(
    Object.entries({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }).map(
      ([name, text]) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(Buffer.byteLength(text));
        return Buffer.concat([
          Buffer.from([name.length]),
          Buffer.from(name),
          Buffer.from([7]),
          length,
          Buffer.from(text),
        ]);
      },
    ),
  );
  const payload = Buffer.from(JSON.stringify(value));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, payload]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(message));
  return Buffer.concat([message, end]);
}
