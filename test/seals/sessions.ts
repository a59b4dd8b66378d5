/** Agents at work: sessions of many turns through the gateway, against providers that verify every seal. */
import { request } from 'undici';
import { dialects } from '../../src/dialects/index.ts';
import type { GatewaySettings } from '../../src/gateway/settings.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import { type Rig, type RigKind, rigKey, startRig } from '../cases/rig.ts';
import type { UpstreamCall } from '../fakes/call.ts';
import { type Json, type Said, type SealingFake, type SealingWire, startSealingFake } from '../fakes/sealing.ts';
import { anthropicSealing } from '../fakes/sealing-anthropic.ts';
import { bedrockSealing } from '../fakes/sealing-bedrock.ts';
import { chatSealing } from '../fakes/sealing-chat.ts';
import { geminiSealing } from '../fakes/sealing-gemini.ts';
import { responsesSealing } from '../fakes/sealing-responses.ts';
import type { Agent } from './agents/agent.ts';
import { chatAgents } from './agents/chat.ts';
import { converseAgent } from './agents/converse.ts';
import { geminiAgents } from './agents/gemini.ts';
import { messagesAgent } from './agents/messages.ts';
import { responsesAgents } from './agents/responses.ts';

export interface Side {
  readonly kind: RigKind;
  readonly wire: SealingWire;
  readonly agents: readonly Agent[];
}

export const sides: Readonly<Record<DialectId, Side>> = {
  'openai-chat': { kind: 'oa', wire: chatSealing, agents: chatAgents },
  anthropic: { kind: 'an', wire: anthropicSealing, agents: [messagesAgent] },
  'openai-responses': { kind: 're', wire: responsesSealing, agents: responsesAgents },
  gemini: { kind: 'ge', wire: geminiSealing, agents: geminiAgents },
  'bedrock-converse': { kind: 'be', wire: bedrockSealing, agents: [converseAgent] },
};

/** Every dialect of the registry, as a provider speaks it. */
export const upstreams = Object.keys(dialects) as DialectId[];
export const agents: readonly Agent[] = upstreams.flatMap((id) => sides[id].agents);

export interface SealRig {
  readonly rig: Rig;
  /** Two providers of each dialect: `anthropic-1`, `anthropic-2`; these are also the names of their routes. */
  readonly fakes: ReadonlyMap<string, SealingFake>;
  fake(name: string): SealingFake;
  /** Forgets what was refused. */
  forget(): void;
  close(): Promise<void>;
}

export interface SealRigOptions {
  /** More routes by name, each a list of providers. */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly settings?: Partial<GatewaySettings>;
  /** Sees every request of the provider of this name. */
  readonly onCall?: (name: string, call: UpstreamCall) => void;
}

export async function startSealRig({ routes = {}, settings, onCall }: SealRigOptions = {}): Promise<SealRig> {
  const fakes = new Map<string, SealingFake>();
  for (const id of upstreams) {
    for (const n of [1, 2]) {
      const name = `${id}-${n}`;
      const { wire, kind } = sides[id];
      const see = (call: UpstreamCall) => onCall?.(name, call);
      fakes.set(name, await startSealingFake({ wire, secret: `${kind}${n}`, say, onCall: see }));
    }
  }
  const target = (name: string) => `${sides[name.slice(0, -2) as DialectId].kind}/${name.slice(0, -2)}@${name}`;
  const rig = await startRig({
    settings,
    models: {
      'openai-chat': { thinking: 'effort', fixedSampling: true },
      'openai-responses': { thinking: 'effort', fixedSampling: true },
      anthropic: { thinking: 'budget', outputTokensMax: 64_000 },
      gemini: { thinking: 'budget', outputTokensMax: 64_000 },
      'bedrock-converse': { thinking: 'budget', outputTokensMax: 64_000 },
    },
    routes: {
      ...Object.fromEntries([...fakes.keys()].map((name) => [name, [target(name)]])),
      ...Object.fromEntries(Object.entries(routes).map(([name, names]) => [name, names.map(target)])),
    },
    addresses: Object.fromEntries([...fakes].map(([name, { url }]) => [name, url])),
  });
  const fake = (name: string) => {
    const found = fakes.get(name);
    if (found === undefined) throw new Error(`no fake ${name}`);
    return found;
  };
  const close = async () => {
    await rig.close();
    for (const each of fakes.values()) await each.close();
  };
  const forget = () => {
    for (const each of fakes.values()) each.faults.length = 0;
  };
  return { rig, fakes, fake, forget, close };
}

/** Thinking, words now and then, one call or two; every tenth answer is in words only, and ends a loop. */
function say(answer: number, session: string, thinks: boolean): readonly Said[] {
  const said: Said[] = [];
  const hidden = answer % 4 === 3;
  if (thinks) {
    const text = `Step ${answer} of ${session}: what was seen so far does not tell yet, so one more look is due.`;
    said.push(hidden ? { type: 'thinking', text: '', redacted: true } : { type: 'thinking', text });
  }
  if (answer % 10 === 9) return [...said, { type: 'text', text: `After ${answer} steps: all is as it should be.` }];
  if (answer % 3 === 1) said.push({ type: 'text', text: `Let me look at step ${answer}.` });
  const call = (n: number): Said => {
    const id = `call_${session.replaceAll(/\W/g, '')}_${answer}_${n}`;
    return { type: 'call', id, name: n === 0 ? 'look' : 'note', args: `{"step":"${answer}.${n}"}` };
  };
  return [...said, call(0), ...(answer % 5 === 2 ? [call(1)] : [])];
}

let sessions = 0;

export interface SessionOptions {
  readonly turns: number;
  readonly stream: boolean;
  /** What each result of a tool says besides. */
  readonly result?: string;
  /** The model to ask in each turn. */
  readonly model: (turn: number) => string;
  readonly onAnswer?: (turn: number, headers: Record<string, string | string[] | undefined>) => void;
}

/** The agent of a provider's own dialect, which loses nothing. */
export function nativeAgent(dialect: DialectId): Agent {
  const agent = sides[dialect].agents.find((each) => !each.isForgetful);
  if (agent === undefined) throw new Error(`no agent for ${dialect}`);
  return agent;
}

/** Plays a whole session. Throws with the gateway's words when a turn is refused. */
export async function playSession(rig: Pick<Rig, 'url'>, agent: Agent, options: SessionOptions): Promise<void> {
  const history: Json[] = [agent.user(`Session ${++sessions}: find out what is wrong.`)];
  for (let turn = 0; turn < options.turns; turn++) {
    const model = options.model(turn);
    const answer = await request(rig.url + agent.path(model, options.stream), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}` },
      body: JSON.stringify(agent.body(model, history, options.stream)),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode !== 200)
      throw new Error(`turn ${turn} at ${model}: ${answer.statusCode} ${bytes.toString('utf8').slice(0, 2000)}`);
    options.onAnswer?.(turn, answer.headers);
    const { kept, calls } = agent.read(bytes, options.stream);
    history.push(...kept);
    if (calls.length === 0) history.push(agent.user(`Go on after turn ${turn}.`));
    else
      history.push(
        ...agent.results(
          calls,
          `step ${turn} shows ${options.result ?? 'nothing unusual, only more of the same work.'}`,
        ),
      );
  }
}
