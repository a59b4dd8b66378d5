/** The part of docs/recordings.md on the Responses API, from the exceptions that the tests in this folder assert. */
import type { Recording } from '../fakes/recording.ts';
import { bodies, errors, isFailure, named, streams, wholes } from './corpus.ts';
import { answerLosses, type Losses, requestLosses, requestRefusals } from './exceptions.ts';

const code = (fields: readonly string[]) => fields.map((field) => `\`${field}\``).join(', ');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

export function responsesSection(): string[] {
  const agents = bodies.filter(({ name }) => name.startsWith('codex'));
  return [
    '## OpenAI Responses',
    '',
    `${streams.length} streams, ${wholes.length} whole answers, ${errors.length} errors, and ${bodies.length} bodies; what`,
    '`test/responses` asserts. A caller of this API gets every answer and stream byte for byte, up to its last event (an end',
    'mark that the API does not have is left out). Callers of chat and of Messages read text, reasoning, calls and usage as',
    'expected, whole and as a stream; what is left out for them is told. All recordings of the two tables above are read',
    'by the official SDK in this API, too.',
    '',
    row(['Recording', 'For callers of chat', 'For callers of Messages', 'Request, for models of both']),
    row(['---', '---', '---', '---']),
    ...[...streams, ...wholes].map(answerRow),
    ...errors.map((kept) => row([`\`${named(kept)[0]}\``, errorWords(kept), errorWords(kept), ''])),
    ...agents.map(({ name }) => row([`\`${name}\``, '', '', requested(name)])),
  ];
}

function answerRow(kept: Recording): string {
  const [name] = named(kept);
  const request = bodies.some((body) => body.name === name) ? requested(name) : '';
  const cells = (['openai-chat', 'anthropic'] as const).map((caller) => answerWords(kept, caller));
  return row([`\`${name}\``, ...cells, request]);
}

function answerWords(kept: Recording, caller: keyof Losses): string {
  if (isFailure(kept)) return 'failure, before any content: 502';
  if (kept.expect?.status === 'queued') return 'not asked for: callers of this API only';
  return lossWords('as expected', answerLosses[named(kept)[0]]?.[caller]);
}

function lossWords(words: string, dropped: readonly string[] = []): string {
  return dropped.length === 0 ? words : `${words}, without ${code(dropped)}`;
}

function errorWords(kept: Recording): string {
  const isAccount = kept.response.includes('insufficient_quota') || kept.response.includes('Incorrect API key');
  return isAccount ? '502' : '400';
}

function requested(name: string): string {
  const refusal = requestRefusals[name];
  if (refusal !== undefined) return `refused, \`${refusal}\``;
  const { 'openai-chat': chat = [], anthropic = [] } = requestLosses[name] ?? {};
  if (code(chat) === code(anthropic)) return lossWords('taken', chat);
  return `taken, without ${code(chat) || 'nothing'} (chat) or ${code(anthropic) || 'nothing'} (Messages)`;
}
