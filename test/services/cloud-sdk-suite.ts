/**
 * What the official SDKs of the clouds must see, whose dialects no fake provider speaks: text, tools, errors and an idle
 * stream, through a real gateway to providers of two other dialects.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { chatStream } from '../fakes/chat-wire.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { personaScript } from '../fakes/persona-script.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';
import { runProgram } from './python-program.ts';
import { prompt } from './sdk-suite.ts';
import { WatchedRoad } from './watched-road.ts';

export interface CloudOutcome {
  readonly text?: string;
  readonly finish?: string;
  readonly input?: number;
  readonly output?: number;
  readonly pieces?: number;
  /** Pieces of a stream that the SDK gave to the program with nothing in them. */
  readonly empty?: number;
  readonly error?: { readonly name: string; readonly status?: number | null; readonly code?: string | null };
}

export interface CloudSdk {
  readonly name: string;
  readonly program: string;
  /** How a finished answer, and one that ends in calls, is called. */
  readonly finish: { readonly end: string; readonly tools: string };
  /** The keepalive of the dialect, as it goes over the wire in a chunk of its own. */
  readonly keepalive: Buffer;
  /** By scenario: the SDK's class, its word for the error and the status. */
  readonly errors: Readonly<Record<string, readonly [string, string, number]>>;
  /** What only this SDK can do, by scenario. */
  readonly more: (outcome: (scenario: string) => CloudOutcome, upstream: () => Upstream) => void;
}

const models = ['echo', 'tool-loop-3', 'idle', 'error-429', 'error-mid-stream'];
/** The shortest that can be set. */
const keepaliveMs = 100;

export function cloudSdkSuite(sdk: CloudSdk): void {
  describe.each(['oa/', 'an/'])(`${sdk.name} through the gateway, models of %s`, (prefix) => {
    let upstream: Upstream;
    let gateway: TestGateway;
    let road: WatchedRoad;
    let outcomes: Readonly<Record<string, CloudOutcome>>;
    let idleBytes: Buffer = Buffer.alloc(0);
    beforeAll(async () => {
      if (inject('clientsProblem') !== '') throw new Error(inject('clientsProblem'));
      upstream = await startUpstream({ key: upstreamKey });
      gateway = await startGateway({ config: { ...fakeProviders(upstream, models), server: { keepaliveMs } } });
      road = await WatchedRoad.open(gateway.url);
      upstream.on('idle', async (call, reply, server) => {
        const from = road.sent.length;
        await idle(road, sdk.keepalive)(call, reply, server);
        idleBytes = road.sent.subarray(from);
      });
      outcomes = await runProgram(sdk.program, {
        url: road.url,
        certificate: road.certificateFile,
        key: gateway.key,
        prefix,
      });
    });
    afterAll(async () => {
      road?.close();
      await gateway?.stop();
      await upstream?.close();
    });
    const outcome = (scenario: string): CloudOutcome => outcomes[scenario] ?? {};

    it.each(['plain', 'stream'])('%s: the text, the finish and the usage are those of the provider', (scenario) => {
      const calls = upstream.chats.filter(({ model }) => model === 'echo');
      const { input, output } = calls[scenario === 'plain' ? 0 : 1]?.usage ?? {};
      expect(outcome(scenario)).toMatchObject({ text: prompt, finish: sdk.finish.end, input, output });
      expect(input).toBeGreaterThan(0);
    });

    it('stream: the text comes in pieces', () => {
      expect(outcome('stream').pieces).toBeGreaterThan(2);
    });

    it.each(['tools', 'tools-stream'])('%s: a loop of three turns, one with two calls at once', (scenario) => {
      expect(outcome(scenario)).toMatchObject({
        finish: sdk.finish.end,
        text: 'done after 3 turns: Zürich 😀 has 1001 people; Bern has 1002 people; Genève has 1002 people; Zürich 😀 has 1003 people',
      });
    });

    it('idle: keepalives before the first word and between words are no part of what the program gets', () => {
      expect(idleBytes.includes(sdk.keepalive)).toBe(true);
      expect(outcome('idle')).toMatchObject({ text: 'one two three', finish: sdk.finish.end });
      expect(outcome('idle').empty ?? 0).toBe(0);
    });

    it.each(Object.entries(sdk.errors))('%s is told by the class and the word of the SDK', (scenario, due) => {
      const { name, code, status } = outcome(scenario).error ?? {};
      expect([name, code, status ?? 0]).toEqual(due);
      expect(JSON.stringify(outcome(scenario))).not.toContain(upstreamKey);
    });

    it('an error in the middle of a stream is thrown after the text so far', () => {
      const { error, pieces, text } = outcome('error-mid-stream');
      expect(error?.name).toMatch(/Error$/);
      expect(pieces).toBeGreaterThan(0);
      expect(text).toMatch(/^the people/);
    });

    it('no request was wrong in the eyes of the provider', () => {
      expect(upstream.violations).toEqual([]);
    });

    sdk.more(outcome, () => upstream);
  });
}

/** Says nothing until a keepalive has gone to the client, says a word, waits for the next one, and says the rest. */
function idle(road: WatchedRoad, keepalive: Buffer): Script {
  return async (call, reply, upstream) => {
    if (!call.json?.stream) return personaScript(call, reply, upstream);
    const say = { text: 'one two three' };
    const events = call.dialect === 'anthropic' ? messagesStream(say) : chatStream(say, { includeUsage: true });
    const half = Math.ceil(events.length / 2);
    const nextKeepalive = () => {
      const from = road.sent.length;
      return until('a keepalive', () => road.sent.subarray(from).includes(keepalive) || undefined);
    };
    reply.head(200, sseHeaders);
    await nextKeepalive();
    await reply.events(events.slice(0, half));
    await until('the first word', () => road.sent.includes('one') || undefined);
    await nextKeepalive();
    await reply.events(events.slice(half));
    reply.end();
  };
}
