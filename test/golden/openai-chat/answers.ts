/**
 * How a Chat Completions provider answers. Shapes and order of the chunks after the recordings of OpenAI, DeepSeek
 * (reasoning_content) and OpenRouter (reasoning_details).
 */
import { cut, eventStream, type Feature, json, type WireAnswer } from '../features.ts';

interface Said {
  readonly message: Record<string, unknown>;
  readonly finish: string;
  readonly usage?: object;
}

const plainUsage = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};
const cacheUsage = {
  prompt_tokens: 1060,
  completion_tokens: 8,
  total_tokens: 1068,
  prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 1000 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: `{"city":"${city}"}` },
});
const hello: Said = { message: { content: 'Hi there.' }, finish: 'stop' };
const details = [
  { type: 'reasoning.text', text: 'Because.', signature: 'c2VhbGVk', format: 'anthropic-claude-v1', index: 0 },
];
const encrypted = [{ type: 'reasoning.encrypted', data: 'ZW5jcnlwdGVk', format: 'openai-responses-v1', index: 0 }];

const answers: Partial<Record<Feature, Said>> = {
  'parallel tools': {
    message: { content: 'Let me see.', tool_calls: [call('call_a', 'Oslo'), call('call_b', 'Bern')] },
    finish: 'tool_calls',
  },
  thinking: {
    message: {
      content: 'So it is.',
      reasoning: 'Because.',
      reasoning_details: details,
      tool_calls: [call('call_a', 'Oslo')],
    },
    finish: 'tool_calls',
  },
  'redacted thinking': {
    message: { content: 'So it is.', reasoning_details: encrypted, tool_calls: [call('call_a', 'Oslo')] },
    finish: 'tool_calls',
  },
  'structured output': { message: { content: '{"answer":42}' }, finish: 'stop' },
  refusal: { message: { content: null, refusal: 'I cannot help.' }, finish: 'stop' },
  'max tokens': { message: { content: 'Hi th' }, finish: 'length' },
  'usage with cache': { ...hello, usage: cacheUsage },
};

export function answer(feature: Feature, stream: boolean): WireAnswer | undefined {
  if (feature === 'error before the stream') {
    const error = { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' };
    return json(429, { error }, { 'retry-after': '7' });
  }
  const said = answers[feature] ?? hello;
  if (feature === 'error during the stream') return stream ? failed() : cut(whole(hello));
  return stream ? streamed(said) : whole(said);
}

const head = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'up-model' };

function whole({ message, finish, usage = plainUsage }: Said): WireAnswer {
  const choice = { index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: finish };
  return json(200, { ...head, object: 'chat.completion', choices: [choice], usage });
}

const frame = (body: object) => `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...body })}\n\n`;
const delta = (fields: object, finish: string | null = null) =>
  frame({ choices: [{ index: 0, delta: fields, finish_reason: finish }], usage: null });

function streamed({ message, finish, usage = plainUsage }: Said): WireAnswer {
  const { content, refusal, reasoning, reasoning_details: parts, tool_calls: calls } = message;
  const frames = [delta({ role: 'assistant', content: '' })];
  if (parts !== undefined) frames.push(delta({ reasoning, reasoning_details: parts }));
  if (typeof content === 'string')
    frames.push(delta({ content: content.slice(0, 3) }), delta({ content: content.slice(3) }));
  if (refusal !== undefined) frames.push(delta({ refusal }));
  for (const [index, item] of ((calls ?? []) as ReturnType<typeof call>[]).entries()) {
    const { name, arguments: args } = item.function;
    frames.push(
      delta({ tool_calls: [{ index, id: item.id, type: 'function', function: { name, arguments: '' } }] }),
      delta({ tool_calls: [{ index, function: { arguments: args.slice(0, 4) } }] }),
      delta({ tool_calls: [{ index, function: { arguments: args.slice(4) } }] }),
    );
  }
  frames.push(delta({}, finish), frame({ choices: [], usage }), 'data: [DONE]\n\n');
  return eventStream(...frames);
}

function failed(): WireAnswer {
  const error = { message: 'The server had an error', type: 'server_error', param: null, code: null };
  return eventStream(
    delta({ role: 'assistant', content: '' }),
    delta({ content: 'Hel' }),
    `data: ${JSON.stringify({ error })}\n\n`,
  );
}
