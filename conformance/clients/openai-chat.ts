/** https://platform.openai.com/docs/api-reference/chat */
import { count, errorText, type Fields, fields, list, parse, text } from '../json.ts';
import { type Call, type Client, nothing, type Reading, type Turn, type WireEvent } from '../question.ts';

export const openaiChatClient: Client = {
  dialect: 'openai-chat',
  headers: {},
  path: () => '/v1/chat/completions',
  body: (question) => ({
    model: question.model,
    messages: [
      ...(question.system === undefined ? [] : [{ role: 'system', content: question.system }]),
      ...question.turns.flatMap(messages),
    ],
    max_completion_tokens: question.maxTokens,
    ...(question.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(question.tools && {
      tools: question.tools.map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description, parameters: schema },
      })),
    }),
    ...(question.schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: question.schema } },
    }),
    ...(question.stop && { stop: [question.stop] }),
    ...(question.think && { reasoning_effort: 'low' }),
  }),
  whole: (body) => {
    const { message, finish_reason: finish } = fields(list(body.choices)[0]);
    return reading(fields(message), finish, body.usage, body, true);
  },
  streamed,
};

function messages(turn: Turn): readonly unknown[] {
  if ('replay' in turn) return [turn.replay];
  if ('results' in turn)
    return turn.results.map(({ id, text: content }) => ({ role: 'tool', tool_call_id: id, content }));
  if (turn.png === undefined) return [{ role: 'user', content: turn.user }];
  const url = `data:image/png;base64,${turn.png.toString('base64')}`;
  return [
    {
      role: 'user',
      content: [
        { type: 'text', text: turn.user },
        { type: 'image_url', image_url: { url } },
      ],
    },
  ];
}

const stops: Readonly<Record<string, Reading['stop']>> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool-call',
  content_filter: 'refusal',
};

function reading(message: Fields, finish: unknown, usage: unknown, body: Fields, ended: boolean): Reading {
  const calls = list(message.tool_calls).map((call): Call => {
    const { name, arguments: args } = fields(call.function);
    return { id: text(call.id), name: text(name), args: text(args) };
  });
  const { prompt_tokens: input, completion_tokens: output } = fields(usage);
  return {
    text: text(message.content),
    thinking: text(message.reasoning_content) || text(message.reasoning),
    calls,
    stop: stops[text(finish)],
    usage: usage === undefined || usage === null ? undefined : { input: count(input), output: count(output) },
    whole: ended && text(finish) !== '',
    error: errorText(body),
    replay: message,
  };
}

/** Deltas put together as SDKs do: calls by index, everything else by concatenation. */
function streamed(events: readonly WireEvent[]): Reading {
  const message: Record<string, unknown> = { role: 'assistant', content: '' };
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = [];
  const details: unknown[] = [];
  let [finish, usage, error, done]: [unknown, unknown, string | undefined, boolean] = [
    undefined,
    undefined,
    undefined,
    false,
  ];
  for (const { data } of events) {
    if (data === '[DONE]') done = true;
    const chunk = parse(data) ?? {};
    error ??= errorText(chunk);
    usage = chunk.usage ?? usage;
    const { delta, finish_reason: reason } = fields(list(chunk.choices)[0]);
    finish = reason ?? finish;
    const { content, tool_calls: pieces, reasoning_details: more, ...rest } = fields(delta);
    message.content = text(message.content) + text(content);
    for (const name of ['reasoning_content', 'reasoning'])
      if (typeof rest[name] === 'string') message[name] = text(message[name]) + rest[name];
    if (Array.isArray(more)) details.push(...more);
    for (const piece of list(pieces)) {
      const at = count(piece.index);
      const { name, arguments: args } = fields(piece.function);
      calls[at] ??= { id: text(piece.id), type: 'function', function: { name: text(name), arguments: '' } };
      calls[at].function.arguments += text(args);
    }
  }
  if (calls.length > 0) Object.assign(message, { tool_calls: calls, content: message.content || null });
  if (details.length > 0) message.reasoning_details = details;
  if (events.length === 0) return nothing;
  return { ...reading(message, finish, usage, {}, done), error };
}
