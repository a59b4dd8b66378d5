/** OpenAI's SDK keeps what its types know; an agent that was made for reasoning models keeps `reasoning_details` too. */
import { fields, type Json, list } from '../../fakes/sealing.ts';
import { type Agent, type AgentCall, instructions, sseData, tools } from './agent.ts';

function agent(name: string, extensions: readonly string[]): Agent {
  return {
    name,
    dialect: 'openai-chat',
    ...(extensions.length === 0 && { isForgetful: true }),
    path: () => '/v1/chat/completions',
    body: (model, history, stream) => ({
      model,
      messages: [{ role: 'system', content: instructions }, ...history],
      tools: tools.map(({ schema: parameters, ...rest }) => ({ type: 'function', function: { ...rest, parameters } })),
      reasoning_effort: 'medium',
      ...(stream && { stream, stream_options: { include_usage: true } }),
    }),
    user: (text) => ({ role: 'user', content: text }),
    results: (calls, text) =>
      calls.map(({ id, name: called }) => ({ role: 'tool', tool_call_id: id, content: `${called}: ${text}` })),
    read: (answer, stream) => {
      const message = stream ? joined(answer) : wholeOf(answer);
      const calls = list(message.tool_calls).map((call): AgentCall => {
        return { id: String(call.id), name: String(fields(call.function).name) };
      });
      const kept: Json = { role: 'assistant', content: message.content ?? null };
      for (const field of extensions) if (message[field] !== undefined) kept[field] = message[field];
      if (calls.length > 0) kept.tool_calls = list(message.tool_calls).map(({ index: _, ...call }) => call);
      return { kept: [kept], calls };
    },
  };
}

export const chatAgents: readonly Agent[] = [
  agent('chat SDK', []),
  agent('chat agent with extensions', ['reasoning_content', 'reasoning', 'reasoning_details']),
];

function wholeOf(answer: Buffer): Json {
  return fields(list(fields(JSON.parse(answer.toString('utf8'))).choices)[0]?.message);
}

function joined(answer: Buffer): Json {
  const message: Json = {};
  const calls: Json[] = [];
  for (const chunk of sseData(answer)) {
    for (const [field, value] of Object.entries(fields(list(chunk.choices)[0]?.delta))) {
      if (field === 'tool_calls') for (const call of list(value)) addCall(calls, call);
      else if (field === 'reasoning_details') message[field] = merged(list(message[field]), list(value));
      else if (typeof value === 'string' && field !== 'role') message[field] = `${message[field] ?? ''}${value}`;
    }
  }
  return { ...message, ...(calls.length > 0 && { tool_calls: calls }) };
}

function addCall(calls: Json[], call: Json): void {
  const at = Number(call.index);
  const before = calls[at];
  if (before === undefined) {
    calls[at] = structuredClone(call);
    return;
  }
  const into = fields(before.function);
  into.arguments = `${into.arguments ?? ''}${fields(call.function).arguments ?? ''}`;
}

/** Pieces of one entry have its index. */
function merged(entries: readonly Json[], more: readonly Json[]): Json[] {
  const list = [...entries];
  for (const piece of more) {
    const at = list.findIndex((entry) => entry.index === piece.index && entry.type === piece.type);
    const before = list[at];
    if (before === undefined) list.push(piece);
    else
      list[at] = {
        ...before,
        ...piece,
        ...(before.text !== undefined && { text: `${before.text}${piece.text ?? ''}` }),
      };
  }
  return list;
}
