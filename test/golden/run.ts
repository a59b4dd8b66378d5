/** One cell of the matrix: a caller of one dialect, a provider of another, the real gateway between them. */
import { request as send } from 'undici';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { type Rig, rigKey } from '../cases/rig.ts';
import type { Script } from '../fakes/upstream.ts';
import type { Facts, Feature, Fixtures, WireAnswer } from './features.ts';
import { judge, type Pair, type Verdict } from './judge.ts';

const attemptsMax = 8;

export interface Turn {
  readonly answer: WireAnswer;
  /** What the provider was asked; undefined when it was not. */
  readonly asked: Facts | undefined;
  /** The bytes that the provider was asked with; empty when it was not. */
  readonly askedText: string;
  readonly row: SettlementRecord;
  readonly dropped: readonly string[];
}

/** The verdicts on the request, on the answer, and on the answer's way back in the next turn. */
export async function runCell(rig: Rig, pair: Pair, feature: Feature, stream: boolean): Promise<readonly Verdict[]> {
  const { caller, provider } = pair;
  const model = modelOf(provider);
  const body = caller.request(feature, model, stream);
  if (body === undefined) return [{ type: 'absent', why: `${caller.id} has no words for it` }];
  const answer = provider.answer(feature, stream);
  if (answer === undefined) return [{ type: 'absent', why: `${provider.id} never answers so` }];
  const turn = await take(rig, pair, body, stream, answering(answer));
  if (turn.asked === undefined) return [refusalOf(turn.answer)];
  // The path says in some dialects that a stream is wanted; here it was asked for, as the answer shows.
  const wanted = caller.readRequest(asJson(body)).filter((fact) => fact !== 'stream');
  const asked = turn.asked.filter((fact) => fact !== 'stream');
  const verdicts = [
    judge(pair, 'request', wanted, asked, turn.dropped),
    judgeAnswer(pair, answer, turn, feature, stream),
  ];
  return feature === 'thinking' || feature === 'redacted thinking'
    ? [...verdicts, await runReplay(rig, pair, feature, stream)]
    : verdicts;
}

function judgeAnswer(pair: Pair, answer: WireAnswer, turn: Turn, feature: Feature, stream: boolean): Verdict {
  const { caller, provider } = pair;
  const got = caller.readAnswer(turn.answer, stream);
  if (feature === 'error during the stream' && !stream) {
    // The same dialect passes the bytes, which show by themselves that they were cut.
    return turn.answer.status === 502 || caller.id === provider.id
      ? { type: 'pass' }
      : { type: 'fail', why: `a cut answer came as ${turn.answer.status}` };
  }
  return judge(pair, 'answer', provider.readAnswer(answer, stream), got, turn.dropped);
}

/** What was thought must come back to its own provider as it was, through the caller's history. */
async function runReplay(rig: Rig, pair: Pair, feature: Feature, stream: boolean): Promise<Verdict> {
  const { caller, provider } = pair;
  const model = modelOf(provider);
  const whole = provider.answer(feature, false);
  const asked = caller.request(feature, model, false);
  const next = provider.answer('text', stream);
  if (whole === undefined || asked === undefined || next === undefined) throw new Error('a fixture is missing');
  const first = await take(rig, pair, asked, false, answering(whole));
  const history = { ...caller.replay(asked, asJson(first.answer.body)), ...(stream && streamFlags(caller, model)) };
  const second = await take(rig, pair, history, stream, answering(next));
  if (second.asked === undefined) return refusalOf(second.answer);
  const isThought = (fact: string) => /^(thinking(?! budget)|seal|redacted|call) /.test(fact);
  return judge(
    pair,
    'replay',
    provider.readAnswer(whole, false).filter(isThought),
    second.asked.filter(isThought),
    second.dropped,
  );
}

/** What differs between a caller's streamed and whole body. */
function streamFlags(caller: Fixtures, model: string): object {
  const whole = asJson(caller.request('text', model, false) ?? {});
  const streamed = asJson(caller.request('text', model, true) ?? {});
  return Object.fromEntries(Object.entries(streamed).filter(([key]) => !(key in whole)));
}

/** `body`: an object, or JSON text that must go out as it stands. */
export async function take(
  rig: Rig,
  pair: Pair,
  body: object | string,
  stream: boolean,
  script: Script,
): Promise<Turn> {
  const { caller, provider } = pair;
  rig.forget();
  rig.later();
  // By every attempt alike: a broken answer may be asked for again.
  for (let attempt = 0; attempt < attemptsMax; attempt++) rig.upstream.once(script);
  const reply = await send(rig.url + caller.path(modelOf(provider), stream), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...caller.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  // A relayed answer that was cut breaks off here too; what came of it is what the caller has.
  const bytes = await reply.body.arrayBuffer().then(Buffer.from, () => Buffer.alloc(0));
  const row = await rig.row();
  const call = rig.upstream.calls[0];
  return {
    answer: { status: reply.statusCode, headers: reply.headers as Record<string, string>, body: bytes },
    asked: call && provider.readRequest(asJson(call.body)),
    askedText: call?.body.toString() ?? '',
    row,
    dropped: row.dropped,
  };
}

export function answering(answer: WireAnswer): Script {
  return (_call, reply) => reply.send(answer.status, answer.headers, answer.body);
}

export function modelOf(provider: Fixtures): string {
  return `${provider.prefix}/${provider.model}`;
}

function refusalOf(answer: WireAnswer): Verdict {
  const text = answer.body.toString();
  if (answer.status !== 400) return { type: 'fail', why: `the provider was not asked: ${answer.status} ${text}` };
  return { type: 'refused', why: (/"message":\s*"((?:[^"\\]|\\.)*)"/i.exec(text)?.[1] ?? text).replaceAll('\\"', '"') };
}

function asJson(value: object): Record<string, unknown> {
  return JSON.parse(Buffer.isBuffer(value) ? value.toString() : JSON.stringify(value)) as Record<string, unknown>;
}
