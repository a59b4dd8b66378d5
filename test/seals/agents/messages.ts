/** Anthropic's SDK: content blocks go back as they came. Marks its prompt for the cache, as agents on this API do. */
import { fields, type Json, list } from '../../fakes/sealing.ts';
import { type Agent, instructions, sseData, tools } from './agent.ts';

const mark = { cache_control: { type: 'ephemeral' } };

export const messagesAgent: Agent = {
  name: 'Anthropic SDK',
  dialect: 'anthropic',
  path: () => '/v1/messages',
  body: (model, history, stream) => ({
    model,
    max_tokens: 8000,
    thinking: { type: 'enabled', budget_tokens: 2000 },
    system: [{ type: 'text', text: instructions, ...mark }],
    tools: tools.map(({ schema: input_schema, ...rest }) => ({ ...rest, input_schema })),
    messages: [...history.slice(0, -1), marked(history.at(-1) ?? {})],
    ...(stream && { stream }),
  }),
  user: (text) => ({ role: 'user', content: [{ type: 'text', text }] }),
  results: (calls, text) => [
    {
      role: 'user',
      content: calls.map(({ id, name }) => ({ type: 'tool_result', tool_use_id: id, content: `${name}: ${text}` })),
    },
  ],
  read: (answer, stream) => {
    const content = stream ? joined(answer) : list(fields(JSON.parse(answer.toString('utf8'))).content);
    const calls = content.filter((block) => block.type === 'tool_use');
    return {
      kept: [{ role: 'assistant', content }],
      calls: calls.map(({ id, name }) => ({ id: String(id), name: String(name) })),
    };
  },
};

function marked(message: Json): Json {
  const content = list(message.content);
  return { ...message, content: [...content.slice(0, -1), { ...content.at(-1), ...mark }] };
}

function joined(answer: Buffer): Json[] {
  const blocks: Json[] = [];
  const inputs: string[] = [];
  for (const event of sseData(answer)) {
    const index = Number(event.index);
    const block = blocks[index];
    const delta = fields(event.delta);
    if (event.type === 'content_block_start') blocks[index] = { ...fields(event.content_block) };
    else if (event.type !== 'content_block_delta' || block === undefined) continue;
    else if (delta.type === 'text_delta') block.text = `${block.text}${delta.text}`;
    else if (delta.type === 'thinking_delta') block.thinking = `${block.thinking}${delta.thinking}`;
    else if (delta.type === 'signature_delta') block.signature = delta.signature;
    else if (delta.type === 'input_json_delta') inputs[index] = `${inputs[index] ?? ''}${delta.partial_json}`;
  }
  return blocks.map((block, i) =>
    block.type === 'tool_use' ? { ...block, input: JSON.parse(inputs[i] || '{}') } : block,
  );
}
