/**
 * A scripted agent: what an SDK of its dialect sends, and what it keeps of an answer for its next request. Written by
 * hand, so that the gateway's codecs are never their own judges.
 */
import type { DialectId } from '../../../src/llm/chat.ts';
import type { Json } from '../../fakes/sealing.ts';

export interface AgentCall {
  readonly id: string;
  readonly name: string;
}

export interface AgentAnswer {
  /** Entries of the history, as this SDK keeps them. */
  readonly kept: readonly Json[];
  readonly calls: readonly AgentCall[];
}

export interface Agent {
  readonly name: string;
  readonly dialect: DialectId;
  /** It keeps no seals by itself: where nobody translates, nobody can help it. */
  readonly isForgetful?: true;
  path(model: string, stream: boolean): string;
  body(model: string, history: readonly Json[], stream: boolean): Json;
  user(text: string): Json;
  results(calls: readonly AgentCall[], text: string): readonly Json[];
  read(answer: Buffer, stream: boolean): AgentAnswer;
}

export const instructions = Array.from(
  { length: 24 },
  (_, i) => `Rule ${i + 1}: look before you answer, say what you have seen, and never guess what a file may hold.`,
).join('\n');

export const tools = [
  { name: 'look', description: 'Looks at one step of the work.', schema: schema('step') },
  { name: 'note', description: 'Writes a remark down.', schema: schema('remark') },
];

function schema(field: string): Json {
  return {
    type: 'object',
    properties: { [field]: { type: 'string', description: `The ${field}.` } },
    required: [field],
  };
}

/** The JSON of each `data:` of an event stream. */
export function sseData(answer: Buffer): Json[] {
  return answer
    .toString('utf8')
    .split(/\r?\n\r?\n/)
    .flatMap((frame) => frame.split(/\r?\n/).filter((line) => line.startsWith('data:')))
    .map((line) => line.slice(5).trim())
    .filter((data) => data !== '' && data !== '[DONE]')
    .map((data) => JSON.parse(data) as Json);
}
