/** What of Converse must be found again, and what the neutral language says in other words. */
import { parseJson } from '../../src/lib/json.ts';
import type { Told } from './leaves.ts';

/** One event with its type: as it was framed, or as an SDK shows it, `{"messageStop":{…}}`. */
export interface WireEvent {
  readonly type: string;
  readonly payload: string;
}

type Line = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function eventOf(line: string): WireEvent {
  const { headers, payload, ...shown } = JSON.parse(line) as Line;
  if (headers !== undefined) return { type: headers[':event-type'] ?? '', payload: JSON.stringify(payload) };
  const [[type, fields] = ['', {}]] = Object.entries(shown);
  return { type, payload: JSON.stringify(fields) };
}

/** With JSON in it as text, as it is carried. */
export function accountable({ type, payload }: WireEvent): object {
  return { ...parseJson(Buffer.from(payload), ['json']), type };
}

/** A call without arguments is written as one without: the answer without those. */
export function withArguments(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withArguments);
  if (typeof answer !== 'object' || answer === null) return answer;
  const fields = Object.entries(answer).filter(([name, value]) => name !== 'input' || value !== '{}');
  return Object.fromEntries(fields.map(([name, value]) => [name, withArguments(value)]));
}

export const told: readonly Told[] = [
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  { at: /^<\w*>\.p$|\.contentBlockIndex$/, how: 'padding and order of a frame' },
  { at: /^<\w+>\.type$/, how: 'which event it is' },
  { at: /\.toolUse\.type$/, how: 'an ordinary call; any other is carried whole' },
  {
    at: /^<contentBlockDelta>\.delta\.toolUse\.input$/,
    how: 'pieces of ToolCallBlock.args; a server tool’s are carried',
  },
  { at: /\.stopReason$/, how: 'StopReason; a word that it does not know is carried' },
  { at: /\.metrics\.latencyMs$/, how: 'how the answer was made' },
  { at: /\.usage\.totalTokens$|\.cache(Read|Write)InputTokenCount$/, how: 'said by the other counts' },
  { at: /\.usage\.serverToolUsage$/, how: 'an empty object that says nothing' },
  { at: /\.cachePoint\.type$/, how: 'Part.cache: there is one type' },
  { at: /\.(image|document|video)\.format$/, how: 'MediaBlock.mediaType' },
  { at: /\.toolChoice\.(auto|any)$/, how: 'ToolChoice.type' },
  { at: /\.toolResult\.status$/, how: 'ToolResultBlock.isError' },
  { at: /\.thinking\.type$/, how: 'Thinking.mode' },
  { at: /\.inferenceConfig$/, how: 'an empty object that says nothing' },
];
