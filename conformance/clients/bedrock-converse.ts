/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import { parseAwsFrames } from '../aws-frames.ts';
import { count, errorText, type Fields, fields, list, parse, text } from '../json.ts';
import { type Client, nothing, type Reading, type Turn, type WireEvent } from '../question.ts';

const thinkingTokens = 1024;

export const bedrockConverseClient: Client = {
  dialect: 'bedrock-converse',
  headers: {},
  path: ({ model, stream }) => `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
  body: (question) => ({
    messages: question.turns.map(message),
    inferenceConfig: {
      maxTokens: question.maxTokens + (question.think ? thinkingTokens : 0),
      ...(question.stop && { stopSequences: [question.stop] }),
    },
    ...(question.system !== undefined && { system: [{ text: question.system }] }),
    ...(question.tools && {
      toolConfig: {
        tools: question.tools.map(({ name, description, schema }) => ({
          toolSpec: { name, description, inputSchema: { json: schema } },
        })),
      },
    }),
    ...(question.schema && {
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'answer', schema: JSON.stringify(question.schema) } },
        },
      },
    }),
    ...(question.think && {
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: thinkingTokens } },
    }),
  }),
  whole: (body) => {
    const { content } = fields(fields(body.output).message);
    return reading(list(content), body.stopReason, body.usage, body);
  },
  frames: parseAwsFrames,
  streamed,
};

function message(turn: Turn): unknown {
  if ('replay' in turn) return { role: 'assistant', content: turn.replay };
  if ('results' in turn) {
    const content = turn.results.map(({ id, text: told }) => ({
      toolResult: { toolUseId: id, content: [{ text: told }] },
    }));
    return { role: 'user', content };
  }
  const image = turn.png && { image: { format: 'png', source: { bytes: turn.png.toString('base64') } } };
  return { role: 'user', content: [{ text: turn.user }, ...(image ? [image] : [])] };
}

const stops: Readonly<Record<string, Reading['stop']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  max_tokens: 'length',
  tool_use: 'tool-call',
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
};

function reading(blocks: readonly Fields[], stop: unknown, usage: unknown, body: Fields): Reading {
  const thoughts = blocks.map((block) => fields(fields(block.reasoningContent).reasoningText));
  const calls = blocks.filter((block) => block.toolUse !== undefined).map((block) => fields(block.toolUse));
  const { inputTokens, outputTokens } = fields(usage);
  return {
    text: blocks.map((block) => text(block.text)).join(''),
    thinking: thoughts.map((thought) => text(thought.text) || text(thought.signature)).join(''),
    calls: calls.map(({ toolUseId, name, input }) => ({
      id: text(toolUseId),
      name: text(name),
      args: JSON.stringify(input),
    })),
    stop: stops[text(stop)],
    usage: usage === undefined ? undefined : { input: count(inputTokens), output: count(outputTokens) },
    whole: text(stop) !== '',
    error: stop === undefined ? errorText(body) : undefined,
    replay: blocks,
  };
}

/** Only tools begin by an event of their own; text and thinking begin with their first piece. */
function streamed(events: readonly WireEvent[]): Reading {
  if (events.length === 0) return nothing;
  const pieces: Record<string, string>[] = [];
  let [stop, usage, error]: [unknown, unknown, string | undefined] = [undefined, undefined, undefined];
  for (const { event, data } of events) {
    const body = parse(data) ?? {};
    const at = count(body.contentBlockIndex);
    if (event === 'exception') error ??= text(body.message) || 'exception';
    if (event === 'messageStop') stop = body.stopReason;
    if (event === 'metadata') usage = body.usage;
    if (event !== 'contentBlockStart' && event !== 'contentBlockDelta') continue;
    pieces[at] ??= {};
    grow(pieces[at], fields(body.start ?? body.delta));
  }
  return { ...reading(pieces.map(blockOf), stop, usage, {}), error };
}

function grow(block: Record<string, string>, { text: more, toolUse, reasoningContent }: Fields): void {
  const all = {
    text: more,
    ...fields(toolUse),
    thought: fields(reasoningContent).text,
    signature: fields(reasoningContent).signature,
  };
  for (const [name, value] of Object.entries(all))
    if (typeof value === 'string') block[name] = (block[name] ?? '') + value;
}

function blockOf({ text: told, toolUseId, name, input, thought, signature }: Record<string, string>): Fields {
  if (toolUseId !== undefined) return { toolUse: { toolUseId, name, input: parse(input || '{}') ?? input } };
  if (thought === undefined && signature === undefined) return { text: told ?? '' };
  return {
    reasoningContent: { reasoningText: { text: thought ?? '', ...(signature !== undefined && { signature }) } },
  };
}
