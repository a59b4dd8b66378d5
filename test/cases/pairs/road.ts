/** Every client dialect with every provider dialect, for cases that must hold on all 25 roads. */
import type { Script } from '../../fakes/upstream.ts';
import { decode, encode } from '../../golden/bedrock-converse/event-stream.ts';
import { corpus } from '../../golden/corpus.ts';
import type { Facts, Feature, Fixtures, WireAnswer } from '../../golden/features.ts';
import { answering, modelOf, type Turn, take } from '../../golden/run.ts';
import { RawClient, rawRequestText } from '../../harness/raw-client.ts';
import { type Rig, rigKey } from '../rig.ts';

/** Names first, for the titles of tests. */
export const allRoads = corpus.flatMap((caller) =>
  corpus.map((provider) => [caller.id, provider.id, { caller, provider }] as const),
);

export interface Road {
  readonly caller: Fixtures;
  readonly provider: Fixtures;
}

/** Providers whose streams are server-sent events. */
export const sseRoads = allRoads.filter(([, provider]) => provider !== 'bedrock-converse');
export const translatedRoads = allRoads.filter(([caller, provider]) => caller !== provider);

export function answerOf(provider: Fixtures, feature: Feature, stream: boolean): WireAnswer {
  const answer = provider.answer(feature, stream);
  if (answer === undefined) throw new Error(`${provider.id} has no answer for ${feature}`);
  return answer;
}

/** The frames of a stream, each with the bytes that end it. */
export function framesOf(provider: Fixtures, { body }: WireAnswer): readonly Buffer[] {
  if (provider.id === 'bedrock-converse') return decode(body).map(encode);
  const frames = body.toString().split(/(?<=\r?\n\r?\n)/);
  return frames.map((frame) => Buffer.from(frame));
}

/** Changes the JSON text of an answer, whatever it is framed in. */
export function changed(
  provider: Fixtures,
  answer: WireAnswer,
  stream: boolean,
  change: (json: string) => string,
): WireAnswer {
  if (!stream || provider.id !== 'bedrock-converse') {
    return { ...answer, body: Buffer.from(change(answer.body.toString())) };
  }
  const messages = decode(answer.body).map((message) => ({
    ...message,
    body: JSON.parse(change(JSON.stringify(message.body))) as Record<string, unknown>,
  }));
  return { ...answer, body: Buffer.concat(messages.map(encode)) };
}

/** A caller on a bare socket that has sent its plain request. */
export async function open(at: Pick<Rig, 'url'>, { caller, provider }: Road, stream: boolean): Promise<RawClient> {
  const client = await RawClient.connect(at.url);
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json', ...caller.headers };
  const body = JSON.stringify(requestOf({ caller, provider }, 'text', stream));
  client.send(rawRequestText(caller.path(modelOf(provider), stream), headers, body));
  return client;
}

/** A provider's stream up to its error, which is the last frame in every dialect: it breaks off behind the text. */
export function untilError(provider: Fixtures): WireAnswer {
  const answer = answerOf(provider, 'error during the stream', true);
  if (provider.id === 'bedrock-converse') {
    return { ...answer, body: Buffer.concat(decode(answer.body).slice(0, -1).map(encode)) };
  }
  const frames = answer.body.toString().split(/(?<=\r?\n\r?\n)/);
  return { ...answer, body: Buffer.from(frames.slice(0, -1).join('')) };
}

/** The caller's plain request, answered by a script or by fixed bytes. */
export function go(rig: Rig, road: Road, stream: boolean, by: Script | WireAnswer): Promise<Turn> {
  const script = typeof by === 'function' ? by : answering(by);
  return take(rig, road, requestOf(road, 'text', stream), stream, script);
}

export function requestOf({ caller, provider }: Road, feature: Feature, stream: boolean): object {
  const body = caller.request(feature, modelOf(provider), stream);
  if (body === undefined) throw new Error(`${caller.id} has no request for ${feature}`);
  return body;
}

/** What the caller reads. */
export function heard({ caller }: Road, turn: Turn, stream: boolean): Facts {
  return caller.readAnswer(turn.answer, stream);
}

/** What was said, without what differs by dialect: seals, and how a refusal's words are called. */
export function words(facts: Facts): string[] {
  return facts.filter((fact) => /^(text|thinking|call|stop|error) /.test(fact));
}
