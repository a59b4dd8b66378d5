/**
 * `npm run bench:calm`: does one caller disturb another? A stream of a million frames must not make the gateway grow,
 * nothing may hold its event loop up for more than 50 ms, and 20 MB of picture must not delay small requests by more.
 * The worst of all rounds counts.
 *
 * --frames N          default 1,000,000
 * --pictures N        default 5, for each door
 * --recording FILE    default: a recorded stream beside the checkout
 */
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, startTollgate } from './contender.ts';
import type { ProbedTurn } from './probe.ts';
import type { SmallCall } from './small-caller.ts';
import { Worker } from './worker.ts';

const recorded = path.resolve(
  import.meta.dirname,
  '../../shared/wire/openai-chat/openai/stream--agent-run-streaming-with-tools--1/response.sse',
);
const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    pictures: { type: 'string', default: '5' },
    recording: { type: 'string', default: recorded },
  },
});
if (!existsSync(options.recording)) {
  console.error(`There is no recording at ${options.recording}: name one with --recording.`);
  process.exit(1);
}

const stallMsMax = 50;
const growthBytesMax = 16 * 1024 * 1024;
const megabyte = 1024 * 1024;
const imageBytes = 20 * megabyte;

interface Seen {
  readonly turns: readonly ProbedTurn[];
  readonly heldBytes: number;
  readonly rssBytes: number;
}
interface Line {
  readonly what: string;
  readonly seen: string;
  readonly limit: string;
  readonly good: boolean;
}

const agent = new Agent({ keepAlive: true });
const provider = await Worker.start('flood-provider', [options.recording, options.frames]);
const tollgate = await startTollgate(provider.port, { probed: true });
const caller = await Worker.start('small-caller', [String(tollgate.port), tollgate.key, tollgate.model]);
const lines: Line[] = [];
try {
  await warmUp(tollgate);
  for (const door of ['/v1/chat/completions', '/v1/messages']) lines.push(...(await million(tollgate, door)));
  for (const door of ['/v1/chat/completions', '/v1/messages']) lines.push(...(await largeImage(tollgate, door)));
} finally {
  agent.destroy();
  await tollgate.stop();
  provider.stop();
  caller.stop();
}
for (const { what, seen, limit, good } of lines) console.log(`${good ? 'ok  ' : 'FAIL'} ${what}: ${seen} (${limit})`);
if (lines.some(({ good }) => !good)) process.exitCode = 1;

async function warmUp(gateway: Contender): Promise<void> {
  for (let i = 0; i < 300; i++) await ask(gateway, i % 2 ? '/v1/messages' : '/v1/chat/completions', small(gateway));
  await probe(gateway);
}

async function million(gateway: Contender, door: string): Promise<Line[]> {
  const road = door === '/v1/messages' ? 'translated' : 'relayed';
  const before = await probe(gateway);
  const { frames, seconds } = await readStream(gateway, door);
  const after = await probe(gateway);
  const growth = after.heldBytes - before.heldBytes;
  const what = `${frames.toLocaleString('en')} frames, ${road}, ${seconds.toFixed(0)} s`;
  return [
    {
      what: `${what}: memory held afterwards`,
      seen: `${(growth / megabyte).toFixed(1)} MB more`,
      limit: `at most ${growthBytesMax / megabyte} MB`,
      good: growth <= growthBytesMax && frames >= Number(options.frames),
    },
    stallLine(what, after.turns),
  ];
}

/** Small requests one after another, beside the large one. */
async function largeImage(gateway: Contender, door: string): Promise<Line[]> {
  const road = door === '/v1/messages' ? 'translated' : 'relayed';
  // As bytes: to encode them would hold up the caller that measures.
  const body = Buffer.from(withImage(gateway, door));
  const beside: Beside[] = [];
  const turns: ProbedTurn[] = [];
  for (let i = 0; i < Number(options.pictures); i++) {
    await probe(gateway);
    const calls = await callsDuring(ask(gateway, door, body));
    const seen = await probe(gateway);
    turns.push(...seen.turns);
    beside.push(...calls.map((call) => besideOf(call, seen.turns)));
  }
  const slowest = largest(beside, ({ tookMs }) => tookMs);
  const { computedMs } = largest(beside, (each) => each.computedMs);
  const what = `${options.pictures} times 20 MB of picture, ${road}`;
  return [
    {
      what: `${what}: ${beside.length} small requests beside it`,
      seen: `the gateway computed ${computedMs.toFixed(0)} ms at most while one was under way; the slowest took ${slowest.tookMs.toFixed(0)} ms by the clock, of which the gateway waited ${slowest.waitedMs.toFixed(0)} for a processor`,
      limit: `at most ${stallMsMax} ms of computing`,
      good: computedMs <= stallMsMax,
    },
    stallLine(what, turns),
  ];
}

/** What a small request took, and what the gateway's thread did meanwhile, for it or for others. */
interface Beside {
  readonly tookMs: number;
  readonly computedMs: number;
  readonly waitedMs: number;
}

function besideOf({ fromMs, toMs }: SmallCall, turns: readonly ProbedTurn[]): Beside {
  const during = turns.filter(({ atMs, lengthMs }) => atMs > fromMs && atMs - lengthMs < toMs);
  return {
    tookMs: toMs - fromMs,
    computedMs: during.reduce((sum, { computedMs }) => sum + computedMs, 0),
    waitedMs: during.reduce((sum, { waitedMs }) => sum + waitedMs, 0),
  };
}

function stallLine(what: string, turns: readonly ProbedTurn[]): Line {
  const { computedMs } = largest(turns, (turn) => turn.computedMs);
  const { lengthMs, waitedMs } = largest(turns, (turn) => turn.lengthMs);
  return {
    what: `${what}: longest stall of the event loop`,
    seen: `${computedMs.toFixed(0)} ms of computing, ${lengthMs.toFixed(0)} ms by the clock, of which it waited ${waitedMs.toFixed(0)} for a processor`,
    limit: `at most ${stallMsMax} ms of computing`,
    good: computedMs <= stallMsMax,
  };
}

function largest<T>(list: readonly T[], size: (item: T) => number): T {
  if (list.length === 0) throw new Error('nothing was measured');
  return list.reduce((a, b) => (size(b) > size(a) ? b : a));
}

/** The small requests that are answered meanwhile. */
async function callsDuring(during: Promise<unknown>): Promise<readonly SmallCall[]> {
  await caller.ask({ on: true }, 10_000);
  await during;
  return (await caller.ask({ on: false }, 10_000)) as SmallCall[];
}

async function probe(gateway: Contender): Promise<Seen> {
  return (await gateway.probe?.()) as Seen;
}

function small({ model }: Contender): string {
  return JSON.stringify({ model, max_tokens: 16, messages: [{ role: 'user', content: 'hello' }] });
}

function withImage({ model }: Contender, door: string): string {
  const data = Buffer.alloc(imageBytes * 0.75, 'picture').toString('base64');
  const image =
    door === '/v1/messages'
      ? { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }
      : { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } };
  return JSON.stringify({
    model,
    max_tokens: 16,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }],
  });
}

function headers({ key }: Contender, body: string | Buffer): Record<string, string> {
  return {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
}

function ask(gateway: Contender, door: string, body: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent, port: gateway.port, host: '127.0.0.1', path: door, method: 'POST', headers: headers(gateway, body) },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode} at ${door}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function readStream(gateway: Contender, door: string): Promise<{ frames: number; seconds: number }> {
  const body = JSON.stringify({ ...(JSON.parse(small(gateway)) as object), stream: true });
  const from = performance.now();
  let frames = 0;
  let wasLf = false;
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(
      { agent, port: gateway.port, host: '127.0.0.1', path: door, method: 'POST', headers: headers(gateway, body) },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          for (const byte of chunk) {
            if (byte === 10 && wasLf) frames++;
            wasLf = byte === 10;
          }
        });
        response.on('end', resolve).on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
  return { frames, seconds: (performance.now() - from) / 1000 };
}
