/**
 * Case 43 for every pair: the same conversation gives the same bytes, and with one more turn the earlier bytes are their
 * beginning. Prompt caches live on that.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/index.ts';
import { parseJson, stringifyJson } from '../../src/lib/json.ts';
import { withCacheMarks } from '../../src/llm/cache-marks.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import { NoteList } from '../../src/llm/notes.ts';
import { promptOf } from '../fakes/prefix-cache.ts';
import type { Json, Said } from '../fakes/sealing.ts';
import type { Agent } from '../seals/agents/agent.ts';
import { agents, sides, upstreams } from '../seals/sessions.ts';

/** One answer of a model, what its tools gave back, or what the user said to it. */
interface Step {
  readonly said: readonly Said[];
  readonly reply: string;
}

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => `${text}.`);
const part = (place: string): fc.Arbitrary<Said[]> =>
  fc.oneof(
    words.map((text): Said[] => [{ type: 'thinking', text, seal: `seal${place}==` }]),
    words.map((text): Said[] => [{ type: 'text', text }]),
    fc
      .jsonValue()
      .map((value): Said[] => [
        { type: 'call', id: `call_${place}`, name: 'look', args: JSON.stringify({ step: value }) },
      ]),
  );
/** A turn that began without its thinking would turn the thinking off. */
const opening: Said = { type: 'thinking', text: 'Well.', seal: 'sealWell' };
const closing: Said = { type: 'text', text: 'So much for that.' };
const step: fc.Arbitrary<Step> = fc.uuid().chain((id) =>
  fc.record({
    said: fc
      .tuple(part(`${id}_0`), part(`${id}_1`), part(`${id}_2`))
      .map((parts) => ([opening, ...parts.flat(), closing] as Said[]).toSorted(byKind)),
    reply: words,
  }),
);

/** In the order that every dialect has. */
function byKind(one: Said, other: Said): number {
  const kinds = ['thinking', 'text', 'call'];
  return kinds.indexOf(one.type) - kinds.indexOf(other.type);
}

/** The body that an agent sends after these steps. Its own marks would move on with each turn. */
function bodyOf(agent: Agent, steps: readonly Step[]): Json {
  const history: Json[] = [agent.user('Find out what is wrong.')];
  for (const { said, reply } of steps) {
    const { kept, calls } = agent.read(sides[agent.dialect].wire.whole(said, 'x'), false);
    history.push(...kept);
    if (calls.length > 0) history.push(...agent.results(calls, reply));
    else history.push(agent.user(reply));
  }
  return withoutMarks(agent.body('m', history, false)) as Json;
}

function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item?.cachePoint === undefined).map(withoutMarks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === 'cache_control' ? [] : [[key, withoutMarks(item)]])),
  );
}

/** A thinking budget goes on and off with what the last turn has lost; a model that decides for itself is asked alike. */
const model = { name: 'm', thinking: 'adaptive' } as const;

/** The body as it goes to a provider of dialect `to`. */
function translated(agent: Agent, to: DialectId, steps: readonly Step[], marks: boolean): string {
  const [from, target] = [dialects[agent.dialect], dialects[to]];
  if (from === undefined || target === undefined) throw new Error('a dialect is not in the registry');
  const body = parseJson(Buffer.from(JSON.stringify(bodyOf(agent, steps))), from.rawKeys);
  const request = from.parseRequest(body, { model: 'm', stream: false });
  const marked = marks ? withCacheMarks(request, agent.dialect, to) : request;
  return stringifyJson(target.renderRequest(marked, model, new NoteList()));
}

const pairs = agents.flatMap((agent) => upstreams.map((to) => ({ agent, to, name: `${agent.name} over ${to}` })));

describe.each(pairs)('$name', ({ agent, to }) => {
  const conversation = fc.array(step, { minLength: 1, maxLength: 6 });

  it('sends the same bytes again, and keeps them before one more turn', () => {
    fc.assert(
      fc.property(conversation, step, (steps, more) => {
        const first = translated(agent, to, steps, false);
        expect(translated(agent, to, steps, false)).toBe(first);
        const longer = translated(agent, to, [...steps, more], false);
        // All but the brackets that close the newest turn, the list and the body.
        expect(longer.startsWith(first.replace(/[\]}]+$/, ''))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('shows the model the same prompt before one more turn, wherever the marks stand', () => {
    const prompt = (body: string) => promptOf(to, JSON.parse(body) as Json).map(({ text }) => text);
    fc.assert(
      fc.property(conversation, step, (steps, more) => {
        const first = prompt(translated(agent, to, steps, true));
        const longer = prompt(translated(agent, to, [...steps, more], true));
        expect(longer.slice(0, first.length)).toEqual(first);
      }),
      { numRuns: 25 },
    );
  });
});
