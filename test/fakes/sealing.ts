/**
 * A fake provider that verifies seals. Each answer is sealed by an HMAC over its place in the conversation and its
 * content, under a secret of its own; a request whose earlier answers come back forged, moved, reordered, without their
 * seals, or with those of anybody else is refused in the dialect's own words. What its model says is scripted: a loop of
 * tool calls with an answer in words now and then.
 *
 * Stricter than the real ones, which let some of this pass: what passes here passes there.
 */
import { createHmac } from 'node:crypto';
import type { UpstreamCall } from './call.ts';
import type { Reply, ReplyHeaders } from './reply.ts';
import { startUpstream, type Upstream } from './upstream.ts';

export type Said =
  | { readonly type: 'thinking'; readonly text: string; readonly seal?: string; readonly redacted?: boolean }
  | { readonly type: 'text'; readonly text: string; readonly seal?: string }
  | {
      readonly type: 'call';
      readonly id: string;
      readonly name: string;
      readonly args: string;
      readonly seal?: string;
    };

/** A request as its provider understands it. */
export interface SeenRequest {
  readonly stream: boolean;
  /** Whether the model is to think. */
  readonly thinks: boolean;
  /** The first words of the user: each conversation of a test has its own. */
  readonly session: string;
  /** What the model said so far, turn by turn. */
  readonly answers: readonly (readonly Said[])[];
  /** Ends in an answer's calls and their results. */
  readonly isInLoop: boolean;
}

export type SealFault = 'missing' | 'changed' | 'foreign' | 'headless';

/** One dialect's side of the fake. */
export interface SealingWire {
  /** Throws when the request is not one of this dialect. */
  read(call: UpstreamCall): SeenRequest;
  /** Puts seals where this dialect has them. `mint` makes one for a part at its place in the answer. */
  sealed(said: readonly Said[], mint: Mint): readonly Said[];
  whole(said: readonly Said[], id: string): Buffer;
  stream(said: readonly Said[], id: string): Buffer;
  readonly streamHeaders: ReplyHeaders;
  /** The body of a 400, in the provider's own words. */
  refusal(fault: SealFault, answer: number): object;
  readonly refusalHeaders?: ReplyHeaders;
  /** With thinking on, a turn that is still in its loop must begin with its thinking. */
  readonly wantsHead?: true;
}

export type Mint = (index: number, content: string) => string;

export interface SealingOptions {
  readonly wire: SealingWire;
  readonly secret: string;
  /** What the model says in its n-th answer, without seals. */
  readonly say: (answer: number, session: string, thinks: boolean) => readonly Said[];
  /** Sees every request before it is judged. */
  readonly onCall?: (call: UpstreamCall) => void;
}

export interface SealingFake {
  readonly upstream: Upstream;
  readonly url: string;
  /** Requests that were refused, in order: kind and place. */
  readonly faults: string[];
  /** Requests that were answered. */
  answered: number;
  /** Answers that came back with all of their seals, counted in every request. */
  returned: number;
  /** Refuses everything with 503, as a provider that is down. */
  isDown: boolean;
  close(): Promise<void>;
}

export async function startSealingFake({ wire, secret, say, onCall }: SealingOptions): Promise<SealingFake> {
  const minted = new Map<string, readonly Said[]>();
  const refuse = (call: UpstreamCall, reply: Reply, fault: SealFault, answer: number) => {
    fake.faults.push(`${fault} in answer ${answer}: ${call.body.toString('utf8').slice(0, 4000)}`);
    return reply.json(400, wire.refusal(fault, answer), wire.refusalHeaders ?? {});
  };
  const script = async (call: UpstreamCall, reply: Reply): Promise<void> => {
    onCall?.(call);
    if (fake.isDown) return reply.json(503, { error: { message: 'The server is overloaded', type: 'server_error' } });
    const seen = wire.read(call);
    for (const [i, answer] of seen.answers.entries()) {
      const fault = faultOf(answer, minted.get(`${seen.session} ${i}`));
      if (fault !== undefined) return refuse(call, reply, fault, i);
    }
    const last = seen.answers.at(-1);
    if (wire.wantsHead && seen.thinks && seen.isInLoop && last?.[0]?.type !== 'thinking')
      return refuse(call, reply, 'headless', seen.answers.length - 1);
    const place = seen.answers.length;
    const mint: Mint = (index, content) => mintSeal(secret, seen.session, place, index, content);
    const said = wire.sealed(say(place, seen.session, seen.thinks), mint);
    minted.set(`${seen.session} ${place}`, said);
    fake.answered++;
    fake.returned += seen.answers.filter((answer) => answer.some((part) => part.seal !== undefined)).length;
    const id = `${secret}${fake.answered}`;
    if (!seen.stream) return reply.send(200, { 'content-type': 'application/json' }, wire.whole(said, id));
    return reply.send(200, wire.streamHeaders, wire.stream(said, id));
  };
  const upstream = await startUpstream({ script, keepBodies: false });
  const fake: SealingFake = {
    upstream,
    url: upstream.url,
    faults: [],
    answered: 0,
    returned: 0,
    isDown: false,
    close: () => upstream.close(),
  };
  return fake;
}

function mintSeal(secret: string, session: string, place: number, index: number, content: string): string {
  const parts = JSON.stringify([session, place, index, content]);
  return createHmac('sha512', secret).update(parts).digest('base64');
}

/** Undefined when the answer is what this provider said, or what another said without a seal. */
function faultOf(answer: readonly Said[], minted: readonly Said[] | undefined): SealFault | undefined {
  if (minted === undefined) return answer.some((part) => part.seal !== undefined) ? 'foreign' : undefined;
  const [seen, due] = [essence(answer), essence(minted)];
  if (seen.join('\n') === due.join('\n')) return undefined;
  return answer.filter((part) => part.seal !== undefined).length <
    minted.filter((part) => part.seal !== undefined).length
    ? 'missing'
    : 'changed';
}

/** What must come back, in its order: everything sealed, and every call. Words may be cut in another way. */
function essence(said: readonly Said[]): string[] {
  return said.flatMap((part) => {
    if (part.type === 'call') return [JSON.stringify(['call', part.name, JSON.parse(part.args), part.seal ?? ''])];
    if (part.seal === undefined) return [];
    const redacted = part.type === 'thinking' && part.redacted === true;
    return [JSON.stringify([part.type, part.text, redacted, part.seal])];
  });
}

/** What a part is sealed over. */
export function contentOf(part: Said): string {
  return part.type === 'call' ? `${part.name}(${part.args})` : part.text;
}

/** In pieces, as a stream brings them. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,24}/g) ?? [];
}

export function sse(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export const sseContent: ReplyHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

export type Json = Record<string, unknown>;

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function fields(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
