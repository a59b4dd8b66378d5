/** https://platform.claude.com/docs/en/api/messages */
import { count, errorText, type Fields, fields, list, parse, text } from '../json.ts';
import { type Client, nothing, type Reading, type Turn, type WireEvent } from '../question.ts';

/** Thinking is a part of what is answered, so there must be room beside it. */
const thinkingTokens = 1024;

export const anthropicClient: Client = {
  dialect: 'anthropic',
  headers: { 'anthropic-version': '2023-06-01' },
  path: () => '/v1/messages',
  body: (question) => ({
    model: question.model,
    max_tokens: question.maxTokens + (question.think ? thinkingTokens : 0),
    messages: question.turns.map(message),
    ...(question.system !== undefined && { system: question.system }),
    ...(question.stream && { stream: true }),
    ...(question.tools && {
      tools: question.tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
    }),
    ...(question.schema && { output_config: { format: { type: 'json_schema', schema: question.schema } } }),
    ...(question.stop && { stop_sequences: [question.stop] }),
    ...(question.think && { thinking: { type: 'enabled', budget_tokens: thinkingTokens } }),
  }),
  whole: (body) => reading(list(body.content), body.stop_reason, body.usage, body, body.type === 'message'),
  streamed,
};

function message(turn: Turn): unknown {
  if ('replay' in turn) return { role: 'assistant', content: turn.replay };
  if ('results' in turn) {
    const content = turn.results.map(({ id, text: told }) => ({ type: 'tool_result', tool_use_id: id, content: told }));
    return { role: 'user', content };
  }
  if (turn.png === undefined) return { role: 'user', content: turn.user };
  const source = { type: 'base64', media_type: 'image/png', data: turn.png.toString('base64') };
  return {
    role: 'user',
    content: [
      { type: 'text', text: turn.user },
      { type: 'image', source },
    ],
  };
}

const stops: Readonly<Record<string, Reading['stop']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  max_tokens: 'length',
  tool_use: 'tool-call',
  refusal: 'refusal',
};

function reading(blocks: readonly Fields[], stop: unknown, usage: unknown, body: Fields, ended: boolean): Reading {
  const of = (type: string) => blocks.filter((block) => block.type === type);
  const { input_tokens: input, output_tokens: output } = fields(usage);
  return {
    text: of('text')
      .map((block) => text(block.text))
      .join(''),
    thinking: of('thinking')
      .map((block) => text(block.thinking) || text(block.signature))
      .join(''),
    calls: of('tool_use').map(({ id, name, input: args }) => ({
      id: text(id),
      name: text(name),
      args: JSON.stringify(args),
    })),
    stop: stops[text(stop)],
    usage: usage === undefined ? undefined : { input: count(input), output: count(output) },
    whole: ended && text(stop) !== '',
    error: errorText(body),
    replay: blocks,
  };
}

function streamed(events: readonly WireEvent[]): Reading {
  const blocks: Record<string, unknown>[] = [];
  let [stop, usage, error, done]: [unknown, Fields, string | undefined, boolean] = [undefined, {}, undefined, false];
  for (const { event, data } of events) {
    const body = parse(data) ?? {};
    const at = count(body.index);
    if (event === 'error') error ??= errorText(body);
    if (event === 'message_start') usage = fields(fields(body.message).usage);
    if (event === 'content_block_start') blocks[at] = { ...fields(body.content_block) };
    if (event === 'content_block_delta') grow(blocks[at], fields(body.delta));
    if (event === 'content_block_stop') close(blocks[at]);
    if (event === 'message_stop') done = true;
    if (event !== 'message_delta') continue;
    stop = fields(body.delta).stop_reason;
    usage = { ...usage, ...fields(body.usage) };
  }
  if (events.length === 0) return nothing;
  return { ...reading(blocks, stop, usage, {}, done), error };
}

function grow(block: Record<string, unknown> | undefined, delta: Fields): void {
  if (block === undefined) return;
  for (const name of ['text', 'thinking', 'signature', 'partial_json'])
    if (typeof delta[name] === 'string') block[name] = text(block[name]) + delta[name];
}

/** A call without arguments may come in no pieces. */
function close(block: Record<string, unknown> | undefined): void {
  if (block?.type !== 'tool_use') return;
  const args = text(block.partial_json) || '{}';
  block.input = parse(args) ?? args;
  delete block.partial_json;
}
