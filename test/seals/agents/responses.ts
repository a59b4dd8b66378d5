/** OpenAI's Responses without state: output items become input items. Codex leaves their ids out. */
import { fields, type Json, list } from '../../fakes/sealing.ts';
import { type Agent, instructions, sseData, tools } from './agent.ts';

function agent(name: string, keep: (item: Json) => Json): Agent {
  return {
    name,
    dialect: 'openai-responses',
    path: () => '/v1/responses',
    body: (model, history, stream) => ({
      model,
      instructions,
      input: history,
      tools: tools.map(({ schema: parameters, ...rest }) => ({ type: 'function', strict: false, ...rest, parameters })),
      reasoning: { effort: 'medium', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      ...(stream && { stream }),
    }),
    user: (text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }),
    results: (calls, text) =>
      calls.map(({ id, name: called }) => ({
        type: 'function_call_output',
        call_id: id,
        output: `${called}: ${text}`,
      })),
    read: (answer, stream) => {
      const items = stream ? doneItems(answer) : list(fields(JSON.parse(answer.toString('utf8'))).output);
      const calls = items.filter((item) => item.type === 'function_call');
      return {
        kept: items.map(keep),
        calls: calls.map(({ call_id: id, name: called }) => ({ id: String(id), name: String(called) })),
      };
    },
  };
}

function doneItems(answer: Buffer): Json[] {
  return sseData(answer).flatMap((event) => (event.type === 'response.output_item.done' ? [fields(event.item)] : []));
}

export const responsesAgents: readonly Agent[] = [
  agent('Responses SDK', (item) => item),
  agent('Codex', ({ id: _id, status: _status, ...item }) => item),
];
