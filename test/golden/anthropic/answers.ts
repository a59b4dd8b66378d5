/** How a Messages provider answers. Shapes and order of the events after the recordings. */
import { cut, eventStream, type Feature, json, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

interface Said {
  readonly content: readonly Wire[];
  readonly stop: string;
  readonly sequence?: string;
  readonly usage?: Wire;
}

const plainUsage = {
  input_tokens: 12,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 5,
};
const cacheUsage = {
  input_tokens: 10,
  cache_creation_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
  cache_read_input_tokens: 50,
  output_tokens: 8,
  output_tokens_details: { thinking_tokens: 3 },
};
const text = (value: string) => ({ type: 'text', text: value });
const call = (id: string, city: string) => ({ type: 'tool_use', id, name: 'weather', input: { city } });
const hello: Said = { content: [text('Hi there.')], stop: 'end_turn' };
const thinking = { type: 'thinking', thinking: 'Because.', signature: 'c2VhbGVk' };

const answers: Partial<Record<Feature, Said>> = {
  'parallel tools': {
    content: [text('Let me see.'), call('toolu_a', 'Oslo'), call('toolu_b', 'Bern')],
    stop: 'tool_use',
  },
  thinking: { content: [thinking, text('So it is.'), call('toolu_a', 'Oslo')], stop: 'tool_use' },
  'redacted thinking': {
    content: [{ type: 'redacted_thinking', data: 'ZW5jcnlwdGVk' }, text('So it is.'), call('toolu_a', 'Oslo')],
    stop: 'tool_use',
  },
  'structured output': { content: [text('{"answer":42}')], stop: 'end_turn' },
  refusal: { content: [text('I cannot help.')], stop: 'refusal' },
  'stop sequences': { ...hello, stop: 'stop_sequence', sequence: 'END' },
  'max tokens': { content: [text('Hi th')], stop: 'max_tokens' },
  'usage with cache': { ...hello, usage: cacheUsage },
};

export function answer(feature: Feature, stream: boolean): WireAnswer | undefined {
  if (feature === 'error before the stream') {
    const error = { type: 'rate_limit_error', message: 'Too many tokens' };
    return json(429, { type: 'error', error, request_id: 'req_up' }, { 'retry-after': '7' });
  }
  const said = answers[feature] ?? hello;
  if (feature === 'error during the stream') return stream ? failed() : cut(whole(hello));
  return stream ? streamed(said) : whole(said);
}

const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'up-model' };

function whole({ content, stop, sequence, usage = plainUsage }: Said): WireAnswer {
  return json(200, { ...head, content, stop_reason: stop, stop_sequence: sequence ?? null, usage });
}

const frame = (event: Wire) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
const start = (usage: Wire) =>
  frame({
    type: 'message_start',
    message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
  });

function streamed({ content, stop, sequence, usage = plainUsage }: Said): WireAnswer {
  return eventStream(
    start(usage),
    frame({ type: 'ping' }),
    ...content.flatMap(block),
    frame({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: sequence ?? null }, usage }),
    frame({ type: 'message_stop' }),
  );
}

function block(said: Wire, index: number): string[] {
  const delta = (fields: Wire) => frame({ type: 'content_block_delta', index, delta: fields });
  const open = (fields: Wire) => frame({ type: 'content_block_start', index, content_block: fields });
  const close = frame({ type: 'content_block_stop', index });
  if (said.type === 'text') {
    const all = String(said.text);
    const pieces = [all.slice(0, 3), all.slice(3)].map((piece) => delta({ type: 'text_delta', text: piece }));
    return [open({ type: 'text', text: '' }), ...pieces, close];
  }
  if (said.type === 'tool_use') {
    const all = JSON.stringify(said.input);
    const pieces = ['', all.slice(0, 4), all.slice(4)];
    return [
      open({ ...said, input: {} }),
      ...pieces.map((piece) => delta({ type: 'input_json_delta', partial_json: piece })),
      close,
    ];
  }
  if (said.type === 'thinking') {
    return [
      open({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: said.thinking }),
      delta({ type: 'signature_delta', signature: said.signature }),
      close,
    ];
  }
  return [open(said), close];
}

function failed(): WireAnswer {
  return eventStream(
    start(plainUsage),
    frame({ type: 'content_block_start', index: 0, content_block: text('') }),
    frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } }),
    frame({ type: 'error', error: { type: 'api_error', message: 'Internal server error' } }),
  );
}
