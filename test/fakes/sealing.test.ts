/** The fakes are judges: each of them must refuse what it is there to refuse. */
import { describe, expect, it } from 'vitest';
import type { Agent } from '../seals/agents/agent.ts';
import { chatAgents } from '../seals/agents/chat.ts';
import { converseAgent } from '../seals/agents/converse.ts';
import { geminiAgents } from '../seals/agents/gemini.ts';
import { messagesAgent } from '../seals/agents/messages.ts';
import { responsesAgents } from '../seals/agents/responses.ts';
import { type Json, type Said, type SealingWire, startSealingFake } from './sealing.ts';
import { anthropicSealing } from './sealing-anthropic.ts';
import { bedrockSealing } from './sealing-bedrock.ts';
import { chatSealing } from './sealing-chat.ts';
import { geminiSealing } from './sealing-gemini.ts';
import { responsesSealing } from './sealing-responses.ts';

interface Judge {
  readonly wire: SealingWire;
  readonly agent: Agent | undefined;
  /** The names of the fields that hold a seal. */
  readonly slots: readonly string[];
}

const judges: Readonly<Record<string, Judge>> = {
  anthropic: { wire: anthropicSealing, agent: messagesAgent, slots: ['signature'] },
  chat: { wire: chatSealing, agent: chatAgents[1], slots: ['signature'] },
  responses: { wire: responsesSealing, agent: responsesAgents[0], slots: ['encrypted_content'] },
  gemini: { wire: geminiSealing, agent: geminiAgents[0], slots: ['thoughtSignature'] },
  bedrock: { wire: bedrockSealing, agent: converseAgent, slots: ['signature'] },
};

const say = (answer: number): readonly Said[] => [
  { type: 'thinking', text: `thought ${answer}` },
  { type: 'call', id: `call_${answer}`, name: 'look', args: '{}' },
];

/** Two answers of the model, what `change` makes of them, and what the provider says to that. */
async function verdict({ wire, agent }: Judge, change: (history: Json[]) => unknown, otherSecret = false) {
  if (agent === undefined) throw new Error('no agent');
  const fake = await startSealingFake({ wire, secret: 'one', say });
  const other = await startSealingFake({ wire, secret: 'two', say });
  try {
    const history: Json[] = [agent.user('q')];
    for (let turn = 0; turn < 2; turn++) {
      const url = (turn === 1 && otherSecret ? other : fake).url;
      // A provider that did not say it has no opinion on the first turn: it starts a conversation of its own.
      const asked = turn === 1 && otherSecret ? [agent.user('q')] : history;
      const { kept, calls } = agent.read(await ask(url, agent, asked, turn === 1), turn === 1);
      history.push(...kept, ...agent.results(calls, 'r'));
    }
    change(history);
    const status = await ask(fake.url, agent, history, false).then(
      () => 'taken',
      () => 'refused',
    );
    return { status, faults: fake.faults.map((fault) => fault.split(' ')[0]) };
  } finally {
    await fake.close();
    await other.close();
  }
}

async function ask(url: string, agent: Agent, history: readonly Json[], stream: boolean): Promise<Buffer> {
  const path = agent.path('m', stream).replace('/v1/', '/');
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(agent.body('m', history, stream)) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(`${answer.status} ${bytes}`);
  return bytes;
}

/** Every object that has a seal, in the order of the conversation. */
function holders(value: unknown, slots: readonly string[]): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = slots.some((slot) => typeof (value as Json)[slot] === 'string') ? [value as Json] : [];
  return [...own, ...Object.values(value).flatMap((each) => holders(each, slots))];
}

describe.each(Object.entries(judges))('the fake of %s', (_name, judge) => {
  const [slot = ''] = judge.slots;
  const sealsOf = (history: Json[]) => holders(history, judge.slots);

  it('takes back what it sealed', async () => {
    expect(await verdict(judge, () => {})).toEqual({ status: 'taken', faults: [] });
  });

  it('refuses a forged seal', async () => {
    const forge = (history: Json[]) => sealsOf(history).map((holder) => (holder[slot] = 'Zm9yZ2Vk'));
    expect(await verdict(judge, forge)).toEqual({ status: 'refused', faults: ['changed'] });
  });

  it('refuses a missing one', async () => {
    const forget = (history: Json[]) => sealsOf(history).map((holder) => delete holder[slot]);
    expect((await verdict(judge, forget)).status).toBe('refused');
  });

  it("refuses seals that were moved to each other's place", async () => {
    const swap = (history: Json[]) => {
      const [first, second] = sealsOf(history);
      if (first === undefined || second === undefined) throw new Error('two seals were due');
      [first[slot], second[slot]] = [second[slot], first[slot]];
    };
    expect(await verdict(judge, swap)).toEqual({ status: 'refused', faults: ['changed'] });
  });

  it('refuses those of another credential', async () => {
    expect(await verdict(judge, () => {}, true)).toEqual({ status: 'refused', faults: ['foreign'] });
  });
});
