/** How Converse answers. Shapes and order of the frames after the recordings: only calls have a start. */
import { cut, type Feature, json, type WireAnswer } from '../features.ts';
import { encode } from './event-stream.ts';

type Wire = Record<string, unknown>;

interface Said {
  readonly content: readonly Wire[];
  readonly stop: string;
  readonly usage?: Wire;
}

const plainUsage = { inputTokens: 12, outputTokens: 5, totalTokens: 17 };
const cacheUsage = {
  ...{ inputTokens: 10, outputTokens: 8, totalTokens: 1068 },
  ...{ cacheReadInputTokens: 50, cacheWriteInputTokens: 1000 },
};
const text = (value: string): Wire => ({ text: value });
const call = (toolUseId: string, city: string): Wire => ({
  toolUse: { toolUseId, name: 'weather', input: { city } },
});
const hello: Said = { content: [text('Hi there.')], stop: 'end_turn' };

const answers: Partial<Record<Feature, Said>> = {
  'parallel tools': {
    content: [text('Let me see.'), call('tooluse_a', 'Oslo'), call('tooluse_b', 'Bern')],
    stop: 'tool_use',
  },
  thinking: {
    content: [
      { reasoningContent: { reasoningText: { text: 'Because.', signature: 'c2VhbGVk' } } },
      text('So it is.'),
      call('tooluse_a', 'Oslo'),
    ],
    stop: 'tool_use',
  },
  'redacted thinking': {
    content: [{ reasoningContent: { redactedContent: 'ZW5jcnlwdGVk' } }, text('So it is.'), call('tooluse_a', 'Oslo')],
    stop: 'tool_use',
  },
  'structured output': { content: [text('{"answer":42}')], stop: 'end_turn' },
  refusal: { content: [text('I cannot help.')], stop: 'content_filtered' },
  'stop sequences': { ...hello, stop: 'stop_sequence' },
  'max tokens': { content: [text('Hi th')], stop: 'max_tokens' },
  'usage with cache': { ...hello, usage: cacheUsage },
};

export function answer(feature: Feature, stream: boolean): WireAnswer | undefined {
  if (feature === 'error before the stream') {
    const type = 'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/';
    return json(429, { message: 'Too many tokens' }, { 'x-amzn-errortype': type });
  }
  const said = answers[feature] ?? hello;
  if (feature === 'error during the stream') return stream ? failed() : cut(whole(hello));
  return stream ? streamed(said) : whole(said);
}

const metrics = { latencyMs: 100 };

function whole({ content, stop, usage = plainUsage }: Said): WireAnswer {
  return json(200, { output: { message: { role: 'assistant', content } }, stopReason: stop, usage, metrics });
}

const frame = (type: string, body: Wire) => encode({ type, isException: false, body: { ...body, p: 'abcdef' } });

function framed(...frames: readonly Buffer[]): WireAnswer {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  return { status: 200, headers, body: Buffer.concat(frames) };
}

function streamed({ content, stop, usage = plainUsage }: Said): WireAnswer {
  return framed(
    frame('messageStart', { role: 'assistant' }),
    ...content.flatMap(block),
    frame('messageStop', { stopReason: stop }),
    frame('metadata', { usage, metrics }),
  );
}

function block(said: Wire, contentBlockIndex: number): Buffer[] {
  const delta = (fields: Wire) => frame('contentBlockDelta', { contentBlockIndex, delta: fields });
  const close = frame('contentBlockStop', { contentBlockIndex });
  if (typeof said.text === 'string') {
    return [delta({ text: said.text.slice(0, 3) }), delta({ text: said.text.slice(3) }), close];
  }
  const { reasoningText, redactedContent } = (said.reasoningContent ?? {}) as { reasoningText?: Wire } & Wire;
  if (redactedContent !== undefined) return [delta({ reasoningContent: { redactedContent } }), close];
  if (reasoningText !== undefined) {
    const { text: thought, signature } = reasoningText;
    return [delta({ reasoningContent: { text: thought } }), delta({ reasoningContent: { signature } }), close];
  }
  const { toolUseId, name, input } = said.toolUse as Wire;
  const args = JSON.stringify(input);
  return [
    frame('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } }),
    ...['', args.slice(0, 4), args.slice(4)].map((piece) => delta({ toolUse: { input: piece } })),
    close,
  ];
}

function failed(): WireAnswer {
  return framed(
    frame('messageStart', { role: 'assistant' }),
    frame('contentBlockDelta', { contentBlockIndex: 0, delta: text('Hel') }),
    encode({ type: 'internalServerException', isException: true, body: { message: 'The server had an error' } }),
  );
}
