/** https://platform.openai.com/docs/api-reference/responses */
import { count, errorText, type Fields, fields, list, parse, text } from '../json.ts';
import { type Client, nothing, type Reading, type Turn, type WireEvent } from '../question.ts';

export const openaiResponsesClient: Client = {
  dialect: 'openai-responses',
  headers: {},
  path: () => '/v1/responses',
  body: (question) => {
    // The dialect has no stop sequences.
    if (question.stop !== undefined) return undefined;
    return {
      model: question.model,
      input: question.turns.flatMap(items),
      max_output_tokens: question.maxTokens,
      store: false,
      ...(question.system !== undefined && { instructions: question.system }),
      ...(question.stream && { stream: true }),
      ...(question.tools && {
        tools: question.tools.map(({ name, description, schema }) => ({
          type: 'function',
          name,
          description,
          parameters: schema,
          strict: false,
        })),
      }),
      ...(question.schema && {
        text: { format: { type: 'json_schema', name: 'answer', strict: true, schema: question.schema } },
      }),
      ...(question.think && {
        reasoning: { effort: 'low', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }),
    };
  },
  whole,
  streamed,
};

function items(turn: Turn): readonly unknown[] {
  if ('replay' in turn) return list(turn.replay);
  if ('results' in turn)
    return turn.results.map(({ id, text: output }) => ({ type: 'function_call_output', call_id: id, output }));
  const image = turn.png && {
    type: 'input_image',
    detail: 'auto',
    image_url: `data:image/png;base64,${turn.png.toString('base64')}`,
  };
  return [{ role: 'user', content: [{ type: 'input_text', text: turn.user }, ...(image ? [image] : [])] }];
}

function whole(body: Fields): Reading {
  const output = list(body.output);
  const parts = output.filter((item) => item.type === 'message').flatMap((item) => list(item.content));
  const thought = output.filter((item) => item.type === 'reasoning');
  const calls = output.filter((item) => item.type === 'function_call');
  const { input_tokens: input, output_tokens: spent } = fields(body.usage);
  return {
    text: parts.map((part) => text(part.text)).join(''),
    thinking: thought.map((item) => JSON.stringify(item.summary ?? '') + text(item.encrypted_content)).join(''),
    calls: calls.map((call) => ({ id: text(call.call_id), name: text(call.name), args: text(call.arguments) })),
    stop: stopOf(body, calls.length),
    usage: body.usage === undefined || body.usage === null ? undefined : { input: count(input), output: count(spent) },
    whole: body.status === 'completed' || body.status === 'incomplete',
    error: errorText(body),
    replay: output,
  };
}

function stopOf(body: Fields, calls: number): Reading['stop'] {
  if (body.status === 'incomplete')
    return fields(body.incomplete_details).reason === 'max_output_tokens' ? 'length' : 'refusal';
  if (body.status !== 'completed') return undefined;
  return calls > 0 ? 'tool-call' : 'end';
}

function streamed(events: readonly WireEvent[]): Reading {
  let last: Reading = nothing;
  let deltas = '';
  for (const { event, data } of events) {
    const body = parse(data) ?? {};
    if (event === 'response.output_text.delta') deltas += text(body.delta);
    if (event === 'error') last = { ...last, error: text(body.message) || errorText(body) || 'error' };
    if (/^response\.(completed|incomplete|failed)$/.test(event)) last = whole(fields(body.response));
  }
  if (last.whole && last.text !== deltas) return { ...last, whole: false, error: 'the deltas are not the final text' };
  return last.whole ? last : { ...last, text: deltas };
}
