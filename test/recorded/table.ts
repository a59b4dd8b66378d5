/**
 * Writes the table of docs/recordings.md from the recordings and the exceptions that the tests in this folder assert:
 * node test/recorded/table.ts > docs/recordings.md
 */
import { bedrockSection } from '../bedrock/table.ts';
import type { Recording } from '../fakes/recording.ts';
import { geminiSection } from '../gemini/table.ts';
import { responsesSection } from '../responses/table.ts';
import { clientBodies, corpus, paths, requestBodies, shortName, type Wire, wireOf } from './corpus.ts';
import { answerLosses, endsInError, mappedErrors, requestLosses, requestRefusals, usageFlags } from './exceptions.ts';
import { framesOf, isUsageOnly } from './frames.ts';

const names: Readonly<Record<Wire, string>> = {
  'openai-chat': 'OpenAI Chat Completions',
  anthropic: 'Anthropic Messages',
};
const wires: readonly Wire[] = ['openai-chat', 'anthropic'];

export function recordingsPage(): string {
  const sections = wires.flatMap((wire) => [`## ${names[wire]}`, '', ...tableOf(wire), '']);
  return `${[...intro(), '', ...totals(), '', ...sections, ...responsesSection(), '', ...geminiSection(), '', ...bedrockSection(), '', ...rest()].join('\n')}\n`;
}

function intro(): string[] {
  return [
    '# Recordings',
    '',
    'Recorded traffic of both dialects, served by a fake provider to callers of both dialects. Written by',
    '`node test/recorded/table.ts > docs/recordings.md` from the exceptions that the tests in `test/recorded` assert; do not',
    'edit it by hand.',
    '',
    '- **Relayed**: what a caller of the same dialect gets. *Same bytes* is meant literally. "Usage frame withheld" means:',
    '  only from a caller that did not ask for it.',
    '- **Translated**: what a caller of the other dialect reads through its official SDK, whole and as a stream. *As',
    '  expected*: text, reasoning, tool calls, finish and usage. What is left out is told in `x-tollgate-dropped` and kept',
    '  in the usage row.',
    '- **Request**: the recorded body, addressed to a model of the other dialect. *Taken*: what reaches the provider passes',
    '  a strict check of its API.',
  ];
}

function totals(): string[] {
  const answers = wires.flatMap((wire) => corpus(wire));
  const bodies = wires.flatMap((wire) => requestBodies(wire));
  const count = (list: readonly Recording[], has: (kept: Recording) => boolean) => list.filter(has).length;
  const named = (table: Readonly<Record<string, unknown>>) => (kept: Recording) => table[shortName(kept)] !== undefined;
  const whole = answers.filter((kept) => kept.kind !== 'error');
  const streams = count(whole, (kept) => kept.kind === 'stream');
  return [
    `${answers.length} recorded answers: ${streams} streams, ${whole.length - streams} whole, ${answers.length - whole.length} errors.`,
    `All ${whole.length} that are no errors are relayed; translated, ${whole.length - count(whole, named(answerLosses)) - count(whole, named(endsInError))} read as expected,`,
    `${count(whole, named(answerLosses))} with something left out and reported, ${count(whole, named(endsInError))} as the failure that they are.`,
    `${bodies.length} recorded bodies: ${bodies.length - count(bodies, named(requestRefusals))} taken (${count(bodies, named(requestLosses))} with a hint left out and reported), ${count(bodies, named(requestRefusals))} refused.`,
  ];
}

function tableOf(wire: Wire): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['Recording', 'Relayed', 'Translated', 'Request']),
    row(['---', '---', '---', '---']),
    ...corpus(wire).map((kept) => row([`\`${shortName(kept)}\``, relayed(kept), translated(kept), requested(kept)])),
    ...clientBodies(paths[wire]).map((kept) => row([`\`${shortName(kept)}\``, 'same body', '', requested(kept)])),
  ];
}

function relayed(kept: Recording): string {
  const name = shortName(kept);
  const error = mappedErrors[name];
  if (error !== undefined) return `${kept.status} becomes ${errorWords(kept, wireOf(kept))}`;
  const flags = usageFlags[name];
  const notes = [
    ...(endsInError[name] === undefined ? [] : [`same bytes to the error, then the end (${endsInError[name]})`]),
    ...(wireOf(kept) === 'openai-chat' && framesOf(kept.response).some(isUsageOnly) ? ['usage frame withheld'] : []),
    ...(flags === undefined ? [] : [`usage flagged ${flags.map((flag) => `\`${flag}\``).join(', ')}`]),
  ];
  const isBroken = endsInError[name] !== undefined;
  return [...(isBroken ? [] : ['same bytes']), ...notes].join('; ');
}

function errorWords(kept: Recording, caller: Wire): string {
  const error = mappedErrors[shortName(kept)];
  if (error === undefined) return '';
  const words = caller === 'openai-chat' ? error.chat.filter((word) => word !== null).join(' / ') : error.messages;
  return `${error.status} \`${words}\``;
}

function translated(kept: Recording): string {
  const name = shortName(kept);
  if (mappedErrors[name] !== undefined)
    return errorWords(kept, wireOf(kept) === 'openai-chat' ? 'anthropic' : 'openai-chat');
  if (endsInError[name] !== undefined) return 'failure, after what came before it';
  const loss = answerLosses[name];
  if (loss === undefined) return 'as expected';
  return `as expected, without ${loss.dropped.map((field) => `\`${field}\``).join(', ')}: ${loss.why}`;
}

function requested(kept: Recording): string {
  const name = shortName(kept);
  if (kept.request === undefined) return '';
  const refusal = requestRefusals[name];
  if (refusal !== undefined) return `refused, \`${refusal.param}\`: ${refusal.why}`;
  const loss = requestLosses[name];
  if (loss === undefined) return 'taken';
  return `taken, without ${loss.dropped.map((field) => `\`${field}\``).join(', ')}: ${loss.why}`;
}

function rest(): string[] {
  return [
    '## Beside them',
    '',
    '- Counting tokens: both recordings of `/v1/messages/count_tokens` pass to a provider that counts and back; for one',
    '  that does not, they and the two recorded bodies of an agent are estimated, and the answer says so.',
    "- Lists of models: a provider's own list is not on the road of a request, so the two recordings of one have no part",
    '  here.',
  ];
}

if (process.argv[1] === import.meta.filename) process.stdout.write(recordingsPage());
