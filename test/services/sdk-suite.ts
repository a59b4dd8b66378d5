/**
 * What every official SDK must see, whatever provider stands behind: the same scenarios for each client, on a provider
 * of each dialect. A client's program runs all scenarios and reports what its SDK made of the answers.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { FakeDialect, UpstreamCall } from '../fakes/call.ts';
import { redactedData, thinkingSignature, thinkingText } from '../fakes/personas.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';

/** Where a program sends its requests, and by which names. */
export interface SdkTarget {
  /** Without `/v1`. */
  readonly url: string;
  readonly key: string;
  /** Before each model name: `oa/`, `an/`, or nothing. */
  readonly prefix: string;
  /** A model that does not exist. */
  readonly missingModel: string;
  readonly thinkingModel: string;
  /** A model of the other dialect whose thinking is sealed; empty where there is none. */
  readonly sealedModel: string;
}

export const scenarios = [
  'plain',
  'stream',
  'tools',
  'tools-stream',
  'image',
  'structured',
  'thinking',
  'thinking-stream',
  'thinking-sealed',
  'error-401',
  'error-404',
  'error-429',
  'error-mid-stream',
  'abort',
] as const;

/** The fake models that the programs call, see personas.ts. */
const models = [
  'echo',
  'tool-loop-3',
  'image',
  'structured',
  'gpt-oss-thinking',
  'gpt-oss-thinking-details',
  'claude-sonnet-4-5-thinking',
  'error-429',
  'error-mid-stream',
  'lorem-500-10ms',
];

export type Scenario = (typeof scenarios)[number];

/** What the SDK said; only what a scenario is about. */
export interface Outcome {
  readonly text?: string;
  readonly thinking?: string;
  readonly finish?: string;
  readonly input?: number;
  readonly output?: number;
  readonly parsed?: unknown;
  readonly error?: { readonly name: string; readonly status?: number | null; readonly message: string };
  /** Text pieces that came before the end, the error or the abort. */
  readonly pieces?: number;
}

export type Outcomes = Readonly<Record<Scenario, Outcome>>;

export interface Sdk {
  readonly name: string;
  readonly dialect: FakeDialect;
  readonly run: (target: SdkTarget) => Promise<Outcomes>;
}

/** What the programs say and send. */
export const prompt = 'Grüße 😀 from "here"';
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export function sdkSuite(sdk: Sdk): void {
  describe(`${sdk.name} directly at a provider of its own dialect`, () => {
    const setting: Setting = { outcomes: undefined, upstream: undefined };
    beforeAll(async () => {
      setting.upstream = await startUpstream({ key: upstreamKey });
      const { url } = setting.upstream;
      setting.outcomes = await sdk.run({
        url,
        key: upstreamKey,
        prefix: '',
        missingModel: 'error-404',
        thinkingModel: 'thinking',
        sealedModel: '',
      });
    });
    afterAll(() => setting.upstream?.close());
    expectations(sdk, sdk.dialect, setting);
  });

  describe.each<[FakeDialect, string]>([
    ['openai-chat', 'oa/'],
    ['anthropic', 'an/'],
  ])(`${sdk.name} through the gateway, provider of dialect %s`, (dialect, prefix) => {
    const setting: Setting = { outcomes: undefined, upstream: undefined };
    let gateway: TestGateway | undefined;
    beforeAll(async () => {
      if (inject('clientsProblem') !== '') throw new Error(inject('clientsProblem'));
      setting.upstream = await startUpstream({ key: upstreamKey });
      gateway = await startGateway({ config: fakeProviders(setting.upstream, models) });
      const { url, key } = gateway;
      setting.outcomes = await sdk.run({
        url,
        key,
        prefix,
        missingModel: 'nowhere/nothing',
        ...thinkers(sdk.dialect, dialect),
      });
    });
    afterAll(async () => {
      await gateway?.stop();
      await setting.upstream?.close();
    });
    expectations(sdk, dialect, setting);
  });
}

/** How thinking is asked for depends on the model, so these have names that the catalogue knows. */
function thinkers(client: FakeDialect, provider: FakeDialect): Pick<SdkTarget, 'thinkingModel' | 'sealedModel'> {
  if (provider === 'anthropic') return { thinkingModel: 'an/claude-sonnet-4-5-thinking', sealedModel: '' };
  const sealedModel = client === 'anthropic' ? 'oa/gpt-oss-thinking-details' : '';
  return { thinkingModel: 'oa/gpt-oss-thinking', sealedModel };
}

interface Setting {
  outcomes: Outcomes | undefined;
  upstream: Upstream | undefined;
}

function expectations(sdk: Sdk, upstreamDialect: FakeDialect, setting: Setting): void {
  const openai = sdk.dialect === 'openai-chat';
  const finish = openai ? { end: 'stop', tools: 'tool_calls' } : { end: 'end_turn', tools: 'tool_use' };
  const outcome = (scenario: Scenario): Outcome => {
    if (setting.outcomes === undefined) throw new Error('the program did not run');
    return setting.outcomes[scenario];
  };
  const callsOf = (model: string): readonly UpstreamCall[] =>
    (setting.upstream?.chats ?? []).filter((call) => call.model.endsWith(model));
  const usageOf = (call: UpstreamCall | undefined) => ({ input: call?.usage?.input, output: call?.usage?.output });

  it.each(['plain', 'stream'] as const)(
    '%s: the text, the finish and the usage are those of the provider',
    (scenario) => {
      const [plain, streamed] = callsOf('echo');
      expect(outcome(scenario)).toMatchObject({
        text: prompt,
        finish: finish.end,
        ...usageOf(scenario === 'plain' ? plain : streamed),
      });
    },
  );

  it('stream: the text comes in pieces', () => {
    expect(outcome('stream').pieces).toBeGreaterThan(2);
  });

  it.each(['tools', 'tools-stream'] as const)('%s: a loop of three turns, one with two calls at once', (scenario) => {
    const { text } = outcome(scenario);
    expect(text).toBe(
      'done after 3 turns: Zürich 😀 has 1001 people; Bern has 1002 people; Genève has 1002 people; Zürich 😀 has 1003 people',
    );
  });

  it('image: the picture arrives', () => {
    expect(outcome('image').text).toBe(`saw image/png of ${Buffer.from(png, 'base64').length} bytes`);
  });

  it('structured: the answer is parsed by the schema', () => {
    expect(outcome('structured').parsed).toEqual({ name: 'example', age: 7, tags: ['example'] });
  });

  it.each(['thinking', 'thinking-stream'] as const)('%s: it is shown, and survives a tool call', (scenario) => {
    const [first, second] = callsOf('thinking').slice(scenario === 'thinking' ? 0 : 2);
    expect(outcome(scenario)).toMatchObject({ thinking: thinkingText, text: `The answer is ${prompt}` });
    expect(first?.body.toString()).not.toContain(redactedData);
    if (upstreamDialect === 'anthropic') expect(second?.body.toString()).toContain(redactedData);
  });

  if (sdk.dialect === 'anthropic' && upstreamDialect === 'openai-chat') {
    it('thinking that is sealed in the other dialect survives a tool call', () => {
      const [, second] = callsOf('thinking-details');
      expect(outcome('thinking-sealed')).toMatchObject({ thinking: thinkingText, text: `The answer is ${prompt}` });
      expect(second?.body.toString()).toContain(thinkingSignature);
    });
  }

  it('no request was wrong in the eyes of the provider', () => {
    expect(setting.upstream?.violations).toEqual([]);
  });

  it.each<[Scenario, string, number]>([
    ['error-401', 'AuthenticationError', 401],
    ['error-404', 'NotFoundError', 404],
    ['error-429', 'RateLimitError', 429],
  ])('%s is the %s of the SDK', (scenario, name, status) => {
    expect(outcome(scenario).error).toMatchObject({ name, status });
    expect(outcome(scenario).error?.message).not.toContain(upstreamKey);
  });

  it('an error in the middle of a stream is thrown after the text so far', () => {
    const { error, pieces, text } = outcome('error-mid-stream');
    expect(error?.name).toMatch(/Error$/);
    expect(pieces).toBeGreaterThan(0);
    expect(text).toMatch(/^the people/);
  });

  it("abort: the provider's socket closes within a second", async () => {
    await setting.upstream?.waitForClosed();
    const [call] = callsOf('lorem-500-10ms');
    expect(outcome('abort').pieces).toBeGreaterThan(2);
    expect(call?.aborted).toBe(true);
    // Ten milliseconds a token: the five that the client waited for, and one second.
    expect(call?.tokensSent).toBeLessThan(110);
  });
}
