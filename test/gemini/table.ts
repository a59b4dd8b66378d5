/** Gemini's part of docs/recordings.md, from the exceptions that the tests in this folder assert. */
import type { Recording } from '../fakes/recording.ts';
import { bodies, errors, shortName, streams, wholes } from './corpus.ts';
import { answerLosses, type Outcome, requestLosses, requestRefusals } from './exceptions.ts';

const code = (fields: readonly string[]) => fields.map((field) => `\`${field}\``).join(', ');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

export function geminiSection(): string[] {
  const agents = bodies.filter(({ name }) => name.startsWith('gemini-cli'));
  return [
    '## Gemini generateContent',
    '',
    `${streams.length} streams, ${wholes.length} whole answers, ${errors.length} errors, and ${bodies.length} bodies; what`,
    '`test/gemini` asserts. Every answer and stream reaches a caller of Gemini byte for byte, and every body its provider.',
    'Callers of chat and of Messages read text, thoughts, calls, finish and usage as expected, whole and as a stream; what',
    'is left out for them is told. In the same folder, Google’s SDK reads every answer above this table.',
    '',
    row(['Recording', 'For callers of chat', 'For callers of Messages', 'Request, for models of both']),
    row(['---', '---', '---', '---']),
    ...[...streams, ...wholes].map((kept) => answerRow(kept)),
    ...errors.map((kept) => row([`\`${shortName(kept)}\``, ...errorWords(kept), requested(shortName(kept))])),
    ...agents.map(({ name }) => row([`\`${name}\``, '', '', requested(name)])),
  ];
}

function answerRow(kept: Recording): string {
  const loss = answerLosses[shortName(kept)];
  const cells = (['chat', 'messages'] as const).map((caller) => lossWords('as expected', loss, caller));
  return row([`\`${shortName(kept)}\``, ...cells, kept.request === undefined ? '' : requested(shortName(kept))]);
}

function lossWords(words: string, loss: Outcome | undefined, whose: 'chat' | 'messages'): string {
  const dropped = loss?.[whose] ?? [];
  return dropped.length === 0 ? words : `${words}, without ${code(dropped)}: ${loss?.why}`;
}

function errorWords(kept: Recording): [string, string] {
  if (kept.response.includes('API_KEY_INVALID')) return ['502 `upstream_error`', '502 `api_error`'];
  if (kept.status === 429) return ['429 `rate_limit_exceeded`', '429 `rate_limit_error`'];
  return ['400 `context_length_exceeded`', '400 `invalid_request_error`'];
}

function requested(name: string): string {
  const refusal = requestRefusals[name];
  if (refusal !== undefined) return `refused, \`${refusal.param}\`: ${refusal.why}`;
  const loss = requestLosses[name];
  if (loss === undefined) return 'taken';
  if (code(loss.chat) === code(loss.messages)) return lossWords('taken', loss, 'chat');
  const both = (['chat', 'messages'] as const).map((whose) => `${code(loss[whose]) || 'nothing'} (${whose})`);
  return `taken, without ${both.join(' or ')}: ${loss.why}`;
}
