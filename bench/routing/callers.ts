/** Who asks: four kinds of callers that differ in how much of a prompt repeats and in how long answers are. */
import type { SmartInput } from '../../src/routing/smart/input.ts';
import { about, chanceOf } from './chance.ts';

export interface Request {
  readonly index: number;
  /** Milliseconds from the start. */
  readonly at: number;
  readonly keyId: string;
  /** Which conversation it is a turn of. */
  readonly session: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The caller's own beginning, the same in all of its conversations. */
  readonly sharedTokens: number;
  readonly smartInput: SmartInput;
}

interface Kind {
  readonly name: string;
  readonly keys: number;
  /** Of all requests. */
  readonly share: number;
  readonly shared: number;
  readonly first: number;
  readonly grows: number;
  readonly output: number;
  readonly turns: number;
  readonly text: string;
}

const kinds: readonly Kind[] = [
  {
    name: 'support',
    keys: 4,
    share: 0.4,
    shared: 1800,
    first: 150,
    grows: 260,
    output: 180,
    turns: 5,
    text: 'Where is my parcel? It was due on Monday.',
  },
  {
    name: 'agent',
    keys: 3,
    share: 0.3,
    shared: 3000,
    first: 400,
    grows: 700,
    output: 150,
    turns: 25,
    text: 'Find out why the build fails, and prove step by step that the fix is right: `TypeError: x is undefined`.',
  },
  {
    name: 'extraction',
    keys: 3,
    share: 0.2,
    shared: 200,
    first: 3500,
    grows: 0,
    output: 80,
    turns: 1,
    text: 'List the names and dates in this text.',
  },
  {
    name: 'writing',
    keys: 2,
    share: 0.1,
    shared: 100,
    first: 250,
    grows: 0,
    output: 900,
    turns: 1,
    text: 'Write a long and careful essay on the causes of the French revolution, with sources.',
  },
];

/** On average. */
const perSecond = 2;
/** From one turn of a conversation to the next, at least: until it is answered, and read. */
const betweenTurnsMs = 12_000;

export function requestsOf(seed: number, durationMs: number): readonly Request[] {
  const random = chanceOf(seed);
  const places = new Map<string, Session[]>();
  const requests: Request[] = [];
  for (let at = 0, index = 0; ; index++) {
    at -= (Math.log(1 - random()) * 1000) / perSecond;
    if (at >= durationMs) return requests;
    const kind = drawn(random());
    const keyId = `${kind.name} ${Math.floor(random() * kind.keys)}`;
    const sessions = places.get(keyId) ?? [];
    places.set(keyId, sessions);
    const waiting = sessions.findIndex((each) => each.at + betweenTurnsMs <= at);
    const [last] = waiting < 0 ? [] : sessions.splice(waiting, 1);
    const session = goOn(last, kind, random, { index, at });
    sessions.push(session);
    requests.push({
      index,
      at,
      keyId,
      session: session.name,
      inputTokens: session.tokens,
      outputTokens: about(kind.output, random),
      sharedTokens: kind.shared,
      smartInput: smartInput(kind, session),
    });
  }
}

interface Session {
  readonly name: string;
  readonly turn: number;
  readonly tokens: number;
  readonly at: number;
}

function goOn(
  last: Session | undefined,
  kind: Kind,
  random: () => number,
  { index, at }: { readonly index: number; readonly at: number },
): Session {
  if (last === undefined || last.turn >= kind.turns)
    return { name: `s${index}`, turn: 1, tokens: kind.shared + about(kind.first, random), at };
  const { name, turn, tokens } = last;
  return { name, turn: turn + 1, tokens: tokens + about(kind.grows, random), at };
}

function drawn(share: number): Kind {
  let left = share;
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return kinds[0] as Kind;
}

function smartInput({ text, name }: Kind, { turn, tokens }: Session): SmartInput {
  return {
    lastUserText: text,
    earlierTurns: 2 * turn - 2,
    toolsCount: name === 'agent' ? 6 : 0,
    hasToolResults: name === 'agent' && turn > 1,
    mediaCount: 0,
    inputTokensEstimate: tokens,
  };
}
