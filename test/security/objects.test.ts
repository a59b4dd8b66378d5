/** Holes S20 and S25: names that are special to the language, and text that is slow for a pattern. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clean } from '../../src/commands/serve/log-writer.ts';
import { parseConfig } from '../../src/config.ts';
import { anthropic } from '../../src/dialects/anthropic/index.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { redact } from '../../src/llm/redact.ts';
import { readRetryAfterMs } from '../../src/llm/retry-after.ts';
import { providers } from '../../src/providers/index.ts';
import { chatBase, messagesBase } from '../bad-input/bodies.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { threadMs } from '../thread-time.ts';
import { answerWell } from './answers.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ upstream: { script: answerWell } });
});
afterEach(() => {
  expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  rig.forget();
});
afterAll(() => rig.close());

describe('S20: names that are special to the language are names', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'];
  const values = [
    '{"polluted":true}',
    '{"prototype":{"polluted":true}}',
    '{"__proto__":{"polluted":true}}',
    '[{"polluted":true}]',
    'null',
    '"polluted"',
    '{"toJSON":"polluted","then":"polluted","length":1e9}',
  ];
  /** Every place of a request in which an object stands: the top, and each object below it. */
  const places = (tree: unknown): string[][] => {
    if (typeof tree !== 'object' || tree === null) return [];
    const below = Object.entries(tree).flatMap(([name, value]) => places(value).map((path) => [name, ...path]));
    return Array.isArray(tree) ? below : [[], ...below];
  };
  const marker = '"x_marker":0';
  /** The body as text with one more member in the object at `path`. */
  const withMember = (base: unknown, path: readonly string[], member: string): string => {
    const tree = structuredClone(base) as Record<string, unknown>;
    let at = tree;
    for (const name of path) at = at[name] as Record<string, unknown>;
    at.x_marker = 0;
    return JSON.stringify(tree).replace(marker, member);
  };
  const pollution = () => ({
    own: Object.getOwnPropertyNames(Object.prototype).toSorted(),
    array: Object.getOwnPropertyNames(Array.prototype).length,
    function: Object.getOwnPropertyNames(Function.prototype).length,
    polluted: ({} as Record<string, unknown>).polluted,
  });

  it.each([
    ['/v1/chat/completions', 'oa', chatBase],
    ['/v1/chat/completions', 'an', chatBase],
    ['/v1/messages', 'oa', messagesBase],
    ['/v1/messages', 'an', messagesBase],
    ['/v1/messages/count_tokens', 'oa', messagesBase],
  ] as const)('%s to %s: in every object of a body', async (path, upstream, base) => {
    const before = pollution();
    let forms = 0;
    for (const place of places(base)) {
      for (const [i, name] of names.entries()) {
        const value = values[(forms + i) % values.length] ?? '';
        const body = withMember(base, place, `${JSON.stringify(name)}:${value}`);
        const answer = await rig.post(path, body.replace('"MODEL"', `"${upstream}/m"`));
        expect([200, 400], `${name} at ${place.join('.')}: ${answer.body.slice(0, 200)}`).toContain(answer.status);
        forms++;
      }
    }
    expect(forms).toBeGreaterThan(100);
    expect(pollution()).toEqual(before);
  });

  it('all values of all names, also escaped, at the top and as model, tool and schema names', async () => {
    const before = pollution();
    for (const name of [...names, '\\u005f_proto__', '__pro\\u0074o__']) {
      for (const value of values) {
        for (const [path, base] of [
          ['/v1/chat/completions', chatBase],
          ['/v1/messages', messagesBase],
        ] as const) {
          for (const upstream of ['oa', 'an']) {
            const body = withMember(base, [], `"${name}":${value}`).replace('"MODEL"', `"${upstream}/m"`);
            expect([200, 400]).toContain((await rig.post(path, body)).status);
            const renamed = body
              .replaceAll('"f"', `"${name}"`)
              .replace('"properties":{', `"properties":{"${name}":{},`);
            expect([200, 400]).toContain((await rig.post(path, renamed)).status);
          }
        }
      }
      const model = JSON.stringify({ model: 'X', messages: [{ role: 'user', content: 'x' }] }).replace('X', name);
      expect((await rig.post('/v1/chat/completions', model)).status).toBe(404);
    }
    expect(pollution()).toEqual(before);
  });

  it('in what a provider answers, whole and streamed, on all roads', async () => {
    const before = pollution();
    const member = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},';
    for (const [path, base] of [
      ['/v1/chat/completions', chatBase],
      ['/v1/messages', messagesBase],
    ] as const) {
      for (const upstream of ['oa', 'an']) {
        for (const stream of [true, false]) {
          rig.upstream.once((call, reply, self) =>
            answerWell(
              call,
              new Proxy(reply, {
                get(target, name) {
                  const own = Reflect.get(target, name) as unknown;
                  if (name === 'send')
                    return (status: number, headers: Record<string, string>, text: string) =>
                      target.send(status, headers, text.replaceAll('{"', `{${member}"`));
                  if (name === 'events')
                    return (events: readonly { text: string; tokens: number }[]) =>
                      target.events(
                        events.map((each) => ({ ...each, text: each.text.replaceAll('{"', `{${member}"`) })),
                      );
                  return typeof own === 'function' ? own.bind(target) : own;
                },
              }),
              self,
            ),
          );
          const body = JSON.stringify({ ...(base as object), stream }).replace('"MODEL"', `"${upstream}/m"`);
          expect([200, 502]).toContain((await rig.post(path, body)).status);
        }
      }
    }
    expect(pollution()).toEqual(before);
  });
});

describe('S25: ten times the text takes about ten times the time, never a hundred', () => {
  const fill: Readonly<Record<string, (length: number) => string>> = {
    spaces: (n) => `${' '.repeat(n)}x`,
    'spaces at the end': (n) => `x${' '.repeat(n)}`,
    bearers: (n) => 'bearer '.repeat(n / 7),
    'a bearer far away': (n) => `bearer${' '.repeat(n)}`,
    'halves of keys': (n) => 'sk-a '.repeat(n / 5),
    'keys in keys': (n) => 'sk-'.repeat(n / 3),
    'web tokens': (n) => 'eyJ-'.repeat(n / 4),
    'web tokens with dots': (n) => `eyJaaaaaaaa${'.a'.repeat(n / 2)}`,
    addresses: (n) => '://'.repeat(n / 3),
    'an address without an end': (n) => `://${'a'.repeat(n)}`,
    digits: (n) => '1'.repeat(n),
    durations: (n) => `${'1m'.repeat(n / 2)}x`,
    'the secret words': (n) => 'api key is: '.repeat(n / 12),
    'models that do not exist': (n) => 'model '.repeat(n / 6),
    'exceeds the model': (n) => `exceeds the maximum ${'exceeds the maximum '.repeat(n / 20)}`,
    newlines: (n) => '\n'.repeat(n),
    dots: (n) => `${'.'.repeat(n)}x`,
    equals: (n) => `data:image/png;base64,${'='.repeat(n)}A`,
    base64: (n) => `data:image/png;base64,${'A'.repeat(n)}!`,
    commas: (n) => `data:${'a,'.repeat(n / 2)}`,
    dollars: (n) => '${'.repeat(n / 2),
    controls: (n) => '\u0001'.repeat(n),
    surrogates: (n) => '\ud83d'.repeat(n),
  };
  const bodies = (text: string) => ({
    chat: { model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: text } }] }] },
    messages: {
      model: 'm',
      max_tokens: 5,
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: text } }] },
      ],
    },
  });
  const either = (act: () => unknown): void => {
    try {
      act();
    } catch {}
  };
  const readers: Readonly<Record<string, (text: string) => unknown>> = {
    'a provider’s words': (text) => redact(text),
    'a log line': (text) => clean({ error: new Error(text), text }),
    'an openai-chat error': (text) =>
      openaiChat.parseError(500, {}, JSON.stringify({ error: { message: text, code: text } })),
    'an anthropic error': (text) =>
      anthropic.parseError(400, {}, JSON.stringify({ error: { type: 'invalid_request_error', message: text } })),
    'an error that is no JSON': (text) => openaiChat.parseError(502, {}, text),
    'retry-after': (text) => readRetryAfterMs({ 'retry-after': text, 'x-ratelimit-reset-requests': text }),
    'a chat body': (text) => either(() => openaiChat.parseRequest(bodies(text).chat, { model: 'm', stream: false })),
    'a messages body': (text) =>
      either(() => anthropic.parseRequest(bodies(text).messages, { model: 'm', stream: false })),
    'a configuration': (text) =>
      either(() =>
        parseConfig(`dataDir: ${JSON.stringify(text)}`, {
          cwd: '/',
          env: {},
          flags: {},
          registry: [...providers.values()],
          file: '/t.yaml',
        }),
      ),
  };
  /** The best of several, as the machine has other work. */
  const timeMs = (act: () => unknown): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 4; i++) {
      best = Math.min(best, threadMs(act));
    }
    return best;
  };
  it.each(Object.keys(readers))('%s', (name) => {
    const read = readers[name] ?? (() => {});
    for (const [what, make] of Object.entries(fill)) {
      const small = make(10_000);
      const large = make(100_000);
      timeMs(() => read(small));
      let ratio = Number.POSITIVE_INFINITY;
      // What takes a hundred times as long does so each time; what other work on the machine adds does not. What is
      // quadratic takes 10,000 characters in much more than a millisecond: below that a collector's pause decides.
      for (let i = 0; i < 5 && ratio >= 40; i++)
        ratio =
          timeMs(() => read(large)) /
          Math.max(
            timeMs(() => read(small)),
            1,
          );
      expect(ratio, what).toBeLessThan(40);
    }
  });
});
