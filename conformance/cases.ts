/** The suite: what is asked, and what an answer must be. Each case is asked in each dialect of the callers. */

import { fail, judge, type Outcome, pass, unproven } from './outcome.ts';
import { square } from './picture.ts';
import type { Client, Question, Reading, Tool } from './question.ts';
import type { Asked, Stand } from './stand.ts';

export interface Bench {
  readonly client: Client;
  readonly model: string;
  readonly stand: Stand;
  /** The same provider with a key that is wrong, if it needs one; and with answers that break off. */
  readonly wrongKey: Stand | undefined;
  readonly cut: Stand | undefined;
}

export interface Case {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<Outcome>;
}

const weather: Tool = {
  name: 'get_weather',
  description: 'The weather in a city at this moment.',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

const verdict = {
  type: 'object',
  properties: { word: { type: 'string' }, number: { type: 'integer' } },
  required: ['word', 'number'],
  additionalProperties: false,
};

function put(bench: Bench, question: Partial<Question> & Pick<Question, 'turns'>, stand = bench.stand) {
  return stand.ask(bench.client, { model: bench.model, stream: false, maxTokens: 1024, ...question });
}

const says = (pattern: RegExp, what: string) => (asked: Asked) =>
  pattern.test(asked.reading.text) ? pass : unproven(`the text has no ${what}: ${shown(asked.reading.text)}`);

const shown = (text: string) => JSON.stringify(text.slice(0, 60));

const ping = [{ user: 'Answer with the one word PONG, in capitals.' }];
const cities = 'What is the weather in Paris and in Rome? Call the tool for both cities at once.';

export const cases: readonly Case[] = [
  { name: 'text', run: async (bench) => judge(await put(bench, { turns: ping }), says(/PONG/i, 'PONG')) },
  {
    name: 'text, streamed',
    run: async (bench) => judge(await put(bench, { turns: ping, stream: true }), says(/PONG/i, 'PONG')),
  },
  {
    name: 'system',
    run: async (bench) => {
      const asked = await put(bench, {
        system: 'Whatever the user says, answer with the one word BANANA, in capitals.',
        turns: [{ user: 'Good morning!' }],
      });
      return judge(asked, says(/BANANA/i, 'BANANA'));
    },
  },
  { name: 'tool', run: (bench) => tools(bench, 'What is the weather in Paris? Use the tool.', 1, false) },
  { name: 'tool, streamed', run: (bench) => tools(bench, 'What is the weather in Paris? Use the tool.', 1, true) },
  { name: 'parallel tools', run: (bench) => tools(bench, cities, 2, false) },
  { name: 'parallel tools, streamed', run: (bench) => tools(bench, cities, 2, true) },
  { name: 'tool results', run: (bench) => toolResults(bench, false) },
  { name: 'tool results, streamed', run: (bench) => toolResults(bench, true) },
  {
    name: 'image',
    run: async (bench) => {
      const turns = [{ user: 'Which colour has this picture? Answer with one word.', png: square(64, [255, 0, 0]) }];
      return judge(await put(bench, { turns }), says(/\bred\b/i, '"red"'));
    },
  },
  {
    name: 'JSON schema',
    run: async (bench) =>
      judge(await put(bench, { turns: verdictAsked, schema: verdict }), ({ reading }) => fits(reading)),
  },
  {
    name: 'thinking',
    run: async (bench) => {
      const turns = [{ user: 'What is 17 times 23? Think before you answer.' }];
      return judge(await put(bench, { turns, think: true, maxTokens: 4096 }), ({ reading }) =>
        reading.thinking === '' ? unproven('there is no thinking in the answer') : pass,
      );
    },
  },
  {
    name: 'stop',
    run: async (bench) => {
      const turns = [{ user: 'Write the digits from one to nine in ascending order, separated by spaces.' }];
      return judge(await put(bench, { turns, stop: '5' }), ({ reading: { text } }) => {
        if (text.includes('5')) return fail(`the answer goes on behind the stop sequence: ${shown(text)}`);
        return /4/.test(text) ? pass : unproven(`the answer does not come to the stop sequence: ${shown(text)}`);
      });
    },
  },
  { name: 'max tokens', run: (bench) => maxTokens(bench, false) },
  { name: 'max tokens, streamed', run: (bench) => maxTokens(bench, true) },
  { name: 'usage', run: async (bench) => judge(await put(bench, { turns: ping }), usageIsTold) },
  {
    name: 'usage, streamed',
    run: async (bench) => judge(await put(bench, { turns: ping, stream: true }), usageIsTold),
  },
  {
    name: 'wrong key',
    run: async (bench) => {
      if (bench.wrongKey === undefined) return unproven('the provider takes any key, or is signed in by another way');
      const asked = await put(bench, { turns: ping }, bench.wrongKey);
      if (asked?.status === 200) return unproven('the provider takes any key');
      return refusedAs(asked, ['upstream-credential'], 'the key is refused');
    },
  },
  {
    name: 'unknown model',
    run: async (bench) => {
      const asked = await bench.stand.ask(bench.client, {
        model: 'no-such-model-7f3a',
        stream: false,
        maxTokens: 16,
        turns: ping,
      });
      if (asked?.status === 200) return unproven('the provider takes any name');
      return refusedAs(asked, ['model-not-found', 'invalid-request', 'forbidden'], 'no such model');
    },
  },
  {
    name: 'cut answer',
    run: async (bench) => {
      if (bench.cut === undefined) return unproven('a signed request cannot be passed on');
      const turns = [{ user: 'Write two hundred words about the sea.' }];
      const asked = await put(bench, { turns, stream: true }, bench.cut);
      const { reading } = asked ?? {};
      if (asked === undefined || reading === undefined) return { state: 'none' };
      if (asked.status !== 200)
        return asked.row?.errorKind === 'upstream' ? pass : fail(`told as ${asked.row?.errorKind}`);
      if (reading.whole && reading.error === undefined) return fail('an answer that broke off looks like a whole one');
      return asked.row?.status === 'failed' ? pass : fail(`settled as ${asked.row?.status}`);
    },
  },
];

const verdictAsked = [{ user: 'Give me the word "tree" and the number seven, as JSON with the keys word and number.' }];

async function tools(bench: Bench, user: string, wanted: number, stream: boolean): Promise<Outcome> {
  const asked = await put(bench, { turns: [{ user }], tools: [weather], stream });
  return judge(asked, ({ reading }) => callsAre(reading, wanted));
}

function callsAre({ calls, stop, text }: Reading, wanted: number): Outcome {
  if (calls.length === 0) return unproven(`the model called no tool: ${shown(text)}`);
  if (stop !== 'tool-call') return fail(`the answer has calls and ends with ${stop}`);
  if (new Set(calls.map((call) => call.id)).size < calls.length || calls.some((call) => call.id === ''))
    return fail(`calls cannot be told apart by their ids: ${calls.map((call) => call.id).join(', ')}`);
  for (const call of calls) {
    if (call.name !== weather.name) return fail(`a call of ${shown(call.name)}, which was not offered`);
    // The gateway hands over what is no JSON under this name where the dialect has room for an object only.
    if (!isObject(call.args) || call.args.startsWith('{"INVALID_JSON"'))
      return fail(`arguments that are no JSON object: ${shown(call.args)}`);
  }
  return calls.length < wanted ? unproven(`the model called ${calls.length} of ${wanted} tools`) : pass;
}

/** The answer's own turn goes back as it came, with all of its results. */
async function toolResults(bench: Bench, stream: boolean): Promise<Outcome> {
  const begun = [{ user: cities }];
  const first = await put(bench, { turns: begun, tools: [weather], stream });
  const before = judge(first, ({ reading }) => callsAre(reading, 1));
  if (before.state !== 'pass' || first === undefined) return before;
  const results = first.reading.calls.map(({ id, name }, at) => ({ id, name, text: `${17 + at} degrees and sunny` }));
  const turns = [...begun, { replay: first.reading.replay }, { results }];
  const second = await put(bench, { turns, tools: [weather], stream });
  const outcome = judge(second, says(/17/, 'result of the tool'));
  return outcome.state === 'refused' ? fail(`its own turn came back and was refused: ${outcome.why}`) : outcome;
}

function fits({ text }: Reading): Outcome {
  if (!isObject(text)) return fail(`no JSON object: ${shown(text)}`);
  const { word, number, ...more } = JSON.parse(text) as Record<string, unknown>;
  const good = typeof word === 'string' && Number.isInteger(number) && Object.keys(more).length === 0;
  return good ? pass : fail(`not of the schema: ${shown(text)}`);
}

async function maxTokens(bench: Bench, stream: boolean): Promise<Outcome> {
  const turns = [{ user: 'Write two hundred words about the sea.' }];
  return judge(await put(bench, { turns, stream, maxTokens: 24 }), ({ reading: { stop, text, usage } }) => {
    if (stop === 'length') return pass;
    const words = text.split(/\s+/).length;
    if (words > 60) return fail(`${words} words for 24 tokens, and the answer ends with ${stop}`);
    return unproven(`the answer ends with ${stop} after ${usage?.output ?? 'unknown'} tokens`);
  });
}

function usageIsTold({ reading, row }: Asked): Outcome {
  const { usage } = reading;
  if (usage === undefined || usage.input <= 0 || usage.output <= 0)
    return fail(`the caller sees ${JSON.stringify(usage)}`);
  if (row === undefined) return fail('the request was not settled');
  if (row.estimated) return fail(`the provider names no usage that can be believed (${row.flags.join(', ')})`);
  return row.usage.output === usage.output
    ? pass
    : fail(`${row.usage.output} output tokens are charged, and the caller sees ${usage.output}`);
}

function refusedAs(asked: Asked | undefined, kinds: readonly string[], what: string): Outcome {
  if (asked === undefined) return { state: 'none' };
  const { status, row, reading } = asked;
  if (status < 400 || reading.error === undefined) return fail(`${status} without an error, where ${what}`);
  if (kinds.includes(row?.errorKind ?? '')) return pass;
  return fail(
    `told as ${row?.errorKind} (${row?.attempts[0]?.status ?? 'no status'}), where ${what}: ${reading.error}`,
  );
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
