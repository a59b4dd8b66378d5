/** Where dialects differ, and what counts as saying the same. Everything that is not here is a loss. */
import type { DialectId } from '../../src/llm/chat.ts';

/** `replay`: an answer's thinking and calls on their way back to the provider that gave them. */
export type Direction = 'request' | 'answer' | 'replay';

export interface Way {
  readonly direction: Direction;
  /** Dialects in which it is said so; absent: all. */
  readonly to?: readonly DialectId[];
  readonly lost: RegExp;
  /** What must stand there instead; absent: the dialect has no place for it, and means it without saying it. */
  readonly by?: (fact: string) => Pick<RegExp, 'test'>;
  /** For the table. */
  readonly how: string;
}

const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
const after = (fact: string, pattern: RegExp) => pattern.exec(fact)?.[1] ?? '';

const textOf = (fact: string) => fact.slice(fact.indexOf(' ') + 1);

/** What lies in a slot under the gateway's tag; '' when there is no tag. Slots of bytes hold it in base64. */
function taggedValue(fact: string): string {
  const text = textOf(fact);
  const plain = text.startsWith('dGc') ? Buffer.from(text, 'base64').toString() : text;
  return /^tg[12]\./.test(plain) ? plain : '';
}

export const ways: readonly Way[] = [
  {
    direction: 'request',
    to: ['openai-chat', 'openai-responses'],
    lost: /^result of .* failed$/,
    by: (fact) => new RegExp(`^${exactly(after(fact, /^(.*) failed$/)).source.slice(1, -1)} Error: `),
    how: 'a failed result begins with `Error:`',
  },
  {
    direction: 'request',
    to: ['openai-chat', 'openai-responses'],
    lost: /^result of .* no such city$/,
    by: (fact) => exactly(fact.replace('no such city', 'Error: no such city')),
    how: 'a failed result begins with `Error:`',
  },
  {
    direction: 'request',
    to: ['openai-chat', 'gemini'],
    lost: /^result of .* image /,
    by: (fact) => exactly(`user image ${after(fact, / image (.*)$/)}`),
    how: 'a picture in a result stands behind the results, named after its call',
  },
  {
    direction: 'request',
    lost: /^(effort|thinking budget|thinking level) /,
    by: () => /^(effort|thinking budget|thinking level) /,
    how: 'a budget and an effort stand for each other',
  },
  { direction: 'request', lost: /^choice auto$/, how: '`auto` is the default' },
  {
    direction: 'answer',
    to: ['openai-chat', 'openai-responses', 'gemini'],
    lost: /^stopped by /,
    how: 'the stop sequence is not named',
  },
  {
    direction: 'answer',
    to: ['anthropic', 'bedrock-converse', 'gemini'],
    lost: /^text /,
    by: (fact) => exactly(fact.replace(/^text /, 'refusal ')),
    how: 'text of a refused answer',
  },
  {
    direction: 'answer',
    lost: /^refusal /,
    by: (fact) => exactly(fact.replace(/^refusal /, 'text ')),
    how: 'the words of a refusal are text, its stop says what they are',
  },
  {
    direction: 'answer',
    lost: /^(seal|redacted) /,
    by: (fact) => ({ test: (added) => /^(seal|redacted) /.test(added) && taggedValue(added).includes(textOf(fact)) }),
    how: "a foreign seal is kept in the dialect's own slot, tagged with where it came from",
  },
  {
    direction: 'answer',
    lost: /^seal /,
    how: "a seal that the caller's dialect has no place for is kept by the gateway, and given back in the next turn",
  },
  { direction: 'answer', to: ['gemini'], lost: /^cache written /, how: 'cache writes are part of the input' },
  { direction: 'answer', to: ['bedrock-converse'], lost: /^thought /, how: 'thinking is part of the output' },
];

/** What may stand there although nobody said it. */
export const additions: readonly { readonly direction: Direction; readonly fact: RegExp }[] = [
  // The Messages API has no default.
  { direction: 'request', fact: /^limit / },
  { direction: 'request', fact: /^choice auto$/ },
  // The label of a picture that came out of a result.
  { direction: 'request', fact: /^user Returned by / },
  // The only words of a provider that blocks a prompt are the reason.
  { direction: 'answer', fact: /^refusal The provider blocked the prompt/ },
  // A file must have a name where the provider has one.
  { direction: 'request', fact: /^user file name / },
];

/** Which notes tell of which loss. */
export const notedBy: readonly { readonly fact: RegExp; readonly field: RegExp }[] = [
  { fact: /^(thinking|seal|redacted) /, field: /thinking|reasoning|thought|signature|^seal$/i },
  { fact: /^(effort|thinking budget|thinking level) /, field: /thinking|reasoning|effort/i },
  { fact: /^cache$/, field: /cache/i },
  { fact: /^(user|result of .*) file name /, field: /name|title/i },
  { fact: /^limit /, field: /max/i },
  { fact: /^tool .* described /, field: /description/i },
];
