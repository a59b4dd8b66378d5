/**
 * `npm run bench:calm`: does one caller disturb another? A stream of a million frames must not make the gateway grow,
 * nothing may hold its event loop up for more than 50 ms, and 20 MB of picture must not delay small requests by more.
 *
 * --frames N          default 1,000,000
 * --recording FILE    default: a recorded stream beside the checkout
 */
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Contender, startTollgate } from './contender.ts';
import { Worker } from './worker.ts';

const recorded = path.resolve(
  import.meta.dirname,
  '../../shared/wire/openai-chat/openai/stream--agent-run-streaming-with-tools--1/response.sse',
);
const { values: options } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, recording: { type: 'string', default: recorded } },
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
  /** Longest turn of the event loop, by the thread's own processor time. */
  readonly stallMs: number;
  /** The same by the clock: with it the time in which other processes had the processor. */
  readonly lateMs: number;
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
const lines: Line[] = [];
try {
  await warmUp(tollgate);
  for (const door of ['/v1/chat/completions', '/v1/messages']) lines.push(...(await million(tollgate, door)));
  for (const door of ['/v1/chat/completions', '/v1/messages']) lines.push(...(await largeImage(tollgate, door)));
} finally {
  agent.destroy();
  await tollgate.stop();
  provider.stop();
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
    stallLine(what, after),
  ];
}

/** Small requests one after another, with and without the large one beside them. */
async function largeImage(gateway: Contender, door: string): Promise<Line[]> {
  const road = door === '/v1/messages' ? 'translated' : 'relayed';
  const alone = await slowest(gateway, pause(1500));
  await probe(gateway);
  // As bytes: to encode them would hold up the caller that measures.
  const body = Buffer.from(withImage(gateway, door));
  const beside = await slowest(gateway, ask(gateway, door, body));
  const seen = await probe(gateway);
  const what = `20 MB of picture, ${road}`;
  const added = beside - alone;
  return [
    {
      what: `${what}: the slowest small request beside it`,
      seen: `${beside.toFixed(0)} ms, alone ${alone.toFixed(0)} ms`,
      limit: `at most ${stallMsMax} ms more`,
      good: added <= stallMsMax,
    },
    stallLine(what, seen),
  ];
}

function stallLine(what: string, { stallMs, lateMs }: Seen): Line {
  return {
    what: `${what}: longest stall of the event loop`,
    seen: `${stallMs.toFixed(0)} ms of computing, ${lateMs.toFixed(0)} ms by the clock`,
    limit: `at most ${stallMsMax} ms of computing`,
    good: stallMs <= stallMsMax,
  };
}

async function slowest(gateway: Contender, during: Promise<unknown>): Promise<number> {
  let over = false;
  void during.finally(() => {
    over = true;
  });
  let most = 0;
  while (!over) {
    const from = performance.now();
    await ask(gateway, '/v1/chat/completions', small(gateway));
    most = Math.max(most, performance.now() - from);
  }
  await during;
  return most;
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
