/**
 * Support conversations of about 2,000 tokens, by seed, one at a time. The customer's last message is one of the held-out
 * labelled requests with other digits, greetings and closings; what comes before is the same for all.
 */
import { estimateTokens } from '../../../src/llm/estimate.ts';
import { type Labelled, labelled, textOf } from '../smart/labelled.ts';
import { agent, closings, customer, greetings, handbook, identification, names, opening } from './phrases.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface Conversation {
  readonly label: 'routine' | 'complex';
  /** Id of the labelled request that it ends with. */
  readonly source: string;
  readonly messages: readonly Message[];
  /** What a model would write, whichever it is. */
  readonly outputTokens: number;
}

export type Random = () => number;

/** 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const routineShare = 0.8;
const tokens = { least: 1700, most: 2300 };
/** A routine answer is short; a complex one weighs and explains. */
const outputTokens = { routine: { least: 80, most: 240 }, complex: { least: 250, most: 650 } };

export function* conversations(count: number, seed: number): Generator<Conversation> {
  const random = seeded(seed);
  const support = labelled('test').filter(({ kind }) => kind === 'support');
  const byLabel = { routine: support.filter(isRoutine), complex: support.filter((row) => !isRoutine(row)) };
  const system: Message = { role: 'system', content: handbook.join('\n') };
  const systemTokens = estimateTokens(system.content);
  for (let i = 0; i < count; i++) {
    const label = random() < routineShare ? 'routine' : 'complex';
    const source = pick(byLabel[label], random);
    const last = lastMessage(textOf(source), random);
    const length = between(tokens, random) - systemTokens - estimateTokens(last);
    yield {
      label,
      source: source.id,
      messages: [system, ...earlierTurns(length, random), { role: 'user', content: last }],
      outputTokens: between(outputTokens[label], random),
    };
  }
}

const isRoutine = ({ label }: Labelled): boolean => label === 'routine';

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

function between({ least, most }: { least: number; most: number }, random: Random): number {
  return Math.round(least + (most - least) * random());
}

/** The same words with other digits: no two customers have the same order number. */
function lastMessage(text: string, random: Random): string {
  const digits = text.replaceAll(/\d{4,}/g, (number) =>
    number.replaceAll(/\d/g, () => String(Math.floor(random() * 10))),
  );
  return [pick(greetings, random), digits, pick(closings, random)].filter(Boolean).join(' ');
}

/** Small talk and looking things up, until there are about this many tokens. */
function earlierTurns(length: number, random: Random): Message[] {
  const name = pick(names, random);
  const filled = (phrase: string) =>
    phrase
      .replace('{name}', name)
      .replace('{number}', String(100_000 + Math.floor(random() * 900_000)))
      .replace('{day}', String(1 + Math.floor(random() * 28)));
  const turns: Message[] = [];
  let left = length;
  const add = (role: Message['role'], ...phrases: string[]) => {
    const content = phrases.map(filled).join(' ');
    // Four tokens around each turn, as the gateway counts.
    left -= estimateTokens(content) + 4;
    turns.push({ role, content });
  };
  add('user', pick(opening, random));
  add('assistant', 'Welcome! With whom am I speaking, and what is your customer number?');
  add('user', pick(identification, random));
  while (left > 0) {
    add('assistant', pick(agent, random), pick(agent, random), pick(agent, random), 'What can I do for you?');
    if (left > 0) add('user', pick(customer, random), pick(customer, random));
  }
  if (turns.at(-1)?.role === 'user') add('assistant', 'What else can I do for you?');
  return turns;
}
