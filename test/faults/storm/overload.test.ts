/**
 * Three targets that take ten requests each, at three times what they can do, in minutes that pass at once: nearly all of
 * what they can do is done, whoever is too many is told at once, and all is as before when it is over. Fault F11.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { type Rig, startRig } from '../../cases/rig.ts';
import { ask } from '../../cases/stream-reader.ts';
import { errorBody, personaScript } from '../../fakes/persona-script.ts';
import type { Script } from '../../fakes/upstream.ts';

const stepMs = 50;
const answerMs = 200;
const placesEach = 10;
/** Of the three together: 7.5 answers a step. */
const perStep = (3 * placesEach * stepMs) / answerMs;
const targets = ['one', 'two', 'three'];

interface Told {
  readonly atMs: number;
  readonly tookMs: number;
  readonly status: number;
}

let rig: Rig;
let now: number;
let told: Told[];
/** Requests that a target works on, and when they are due. */
let held: { readonly model: string; readonly dueMs: number; readonly answer: () => void }[];
let moves: number;
let open: number;

beforeEach(async () => {
  now = 1_000_000;
  told = [];
  held = [];
  moves = 0;
  open = 0;
  const clock: Clock = { nowMs: () => 1.8e12 + now, monotonicMs: () => now };
  let draws = 0;
  rig = await startRig({
    clock,
    tickMs: 5,
    random: () => (draws++ * 0.618) % 1,
    settings: { keepaliveMs: 3_600_000, queueLengthMax: 5, queueWaitMs: 60_000 },
    timeouts: { wholeMs: 3_600_000, firstTokenMs: 3_600_000, totalMs: 3_600_000 },
    upstream: { script: provider, keepBodies: false },
    routes: { all: targets.map((name) => `oa/${name}@${name}`) },
    strategies: { all: { kind: 'weighted' } },
  });
});
afterEach(async () => {
  // Whoever still waits gets its answer: nobody is left behind.
  while (open > 0) {
    now += stepMs;
    for (const { answer } of held.splice(0)) answer();
    await quiet();
  }
  await rig.close();
});

const provider: Script = async (call, reply, upstream) => {
  moves++;
  if (held.filter(({ model }) => model === call.model).length >= placesEach) {
    return reply.json(529, errorBody(call, 'too many', 529));
  }
  await new Promise<void>((answer) => held.push({ model: call.model, dueMs: now + answerMs, answer }));
  moves++;
  return personaScript(call, reply, upstream);
};

async function send(): Promise<void> {
  const atMs = now;
  open++;
  const { status } = await ask(rig, 'chat', 'all');
  open--;
  moves++;
  told.push({ atMs, tookMs: now - atMs, status });
}

/** Until nothing moves any more before time does. */
async function quiet(): Promise<void> {
  for (let still = 0, seen = -1; still < 30; still++) {
    if (moves !== seen) still = 0;
    seen = moves;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `times` what the targets can do, for so long. */
async function run(times: number, ms: number): Promise<readonly Told[]> {
  const from = now;
  let owed = 0;
  while (now - from < ms) {
    now += stepMs;
    const due = held.filter(({ dueMs }) => dueMs <= now);
    held = held.filter(({ dueMs }) => dueMs > now);
    for (const { answer } of due) answer();
    await quiet();
    for (owed += times * perStep; owed >= 1; owed--) void send();
    await quiet();
  }
  return told.filter(({ atMs, tookMs }) => atMs + tookMs > from);
}

it('three times what all targets can do: nine tenths of it is done, the rest is told at once, and it ends', async () => {
  await run(0.5, 2_000);
  const stormMs = 20_000;
  const storm = await run(3, stormMs);
  const answered = storm.filter(({ status }) => status === 200);
  const refused = storm.filter(({ status }) => status !== 200);
  expect(answered.length / ((stormMs / stepMs) * perStep)).toBeGreaterThanOrEqual(0.9);
  expect(refused.every(({ status }) => status === 429 || status === 503)).toBe(true);
  expect(refused.filter(({ tookMs }) => tookMs > 0).length / refused.length).toBeLessThan(0.01);
  // Who waited was worth it.
  expect(Math.max(...answered.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(1_000);
  await run(0.5, 20_000);
  const after = await run(0.8, 5_000);
  expect(after.every(({ status, tookMs }) => status === 200 && tookMs <= answerMs + stepMs)).toBe(true);
}, 120_000);
