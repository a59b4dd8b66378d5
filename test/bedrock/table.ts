/** Converse's part of docs/recordings.md, from the exceptions that the tests in this folder assert. */
import { listRecordings, type Recording } from '../fakes/recording.ts';
import { answers, bodies, named, streams } from './ask.ts';
import { answerLosses, type Outcome, requestLosses, requestRefusals } from './exceptions.ts';

const code = (fields: readonly string[]) => fields.map((field) => `\`${field}\``).join(', ');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

export function bedrockSection(): string[] {
  return [
    '## Bedrock Converse',
    '',
    `${streams.length} streams, ${answers.length} whole answers, and ${bodies.length} bodies; what \`test/bedrock\` asserts. Every answer and stream`,
    'reaches a caller of Converse byte for byte, and every body its provider. Callers of chat and of Messages read text,',
    'thoughts, calls, finish and usage as expected, whole and as a stream; what is left out for them is told. In the same',
    'folder, the AWS SDK reads every answer above that is no error, and streams of Messages in the chunks of InvokeModel.',
    '',
    row(['Recording', 'For callers of chat', 'For callers of Messages', 'Request, for models of both']),
    row(['---', '---', '---', '---']),
    ...[...streams, ...answers].map((kept) => answerRow(kept)),
    ...listRecordings('bedrock-converse', 'error').map((kept) =>
      row([nameOf(kept), '404 `model_not_found`', '404 `not_found_error`', requested(kept)]),
    ),
  ];
}

function nameOf(kept: Recording): string {
  return `\`bedrock/${named(kept)[0]}\``;
}

function answerRow(kept: Recording): string {
  const loss = answerLosses[named(kept)[0]];
  const cells = (['chat', 'messages'] as const).map((caller) => lossWords('as expected', loss, caller));
  return row([nameOf(kept), ...cells, requested(kept)]);
}

function lossWords(words: string, loss: Outcome | undefined, whose: 'chat' | 'messages'): string {
  const dropped = loss?.[whose] ?? [];
  return dropped.length === 0 ? words : `${words}, without ${code(dropped)}: ${loss?.why}`;
}

function requested(kept: Recording): string {
  const [name] = named(kept);
  const refusal = requestRefusals[name];
  if (refusal !== undefined) return `refused, \`${refusal.param}\`: ${refusal.why}`;
  const loss = requestLosses[name];
  if (loss === undefined) return 'taken';
  if (code(loss.chat) === code(loss.messages)) return lossWords('taken', loss, 'chat');
  const both = (['chat', 'messages'] as const).map((whose) => `${code(loss[whose]) || 'nothing'} (${whose})`);
  return `taken, without ${both.join(' or ')}: ${loss.why}`;
}
