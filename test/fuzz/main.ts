/**
 * `npm run fuzz -- --target sse --seconds 30` (`--target all`: one after the other; `--seed N` repeats a run). What it
 * finds is written to test/fuzz/corpus/<target>/, which corpus.test.ts replays for ever. Ends with 1 when it found something.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type FuzzResult, nameOf } from './engine.ts';
import { targetOf, targets } from './targets.ts';
import type { WorkerTask } from './worker.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'all' },
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});
const chosen = values.target === 'all' ? targets : [targetOf(values.target)];
const corpus = new URL('corpus/', import.meta.url);
/** A run over 16 KB takes milliseconds; a thread that shows no new input for so long hangs. */
const hangMs = 15_000;

for (const { id } of chosen) {
  const found = await runOne(id);
  if (found > 0) process.exitCode = 1;
}

async function runOne(target: string): Promise<number> {
  const state = new SharedArrayBuffer(8);
  const input = new SharedArrayBuffer(64 * 1024);
  const task: WorkerTask = { target, seconds: Number(values.seconds), seed: Number(values.seed), state, input };
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: task });
  let found = 0;
  const save = (bytes: Uint8Array, stack: string) => {
    found++;
    const folder = new URL(`${target}/`, corpus);
    mkdirSync(folder, { recursive: true });
    const name = nameOf(Buffer.from(bytes));
    writeFileSync(new URL(name, folder), bytes);
    process.stdout.write(`${target}: ${name}\n${stack.slice(0, 1200)}\n`);
  };
  let before = -1;
  const counters = new Int32Array(state);
  const watch = setInterval(() => {
    const begun = Atomics.load(counters, 0);
    if (begun === before && begun > 0) {
      save(new Uint8Array(input).slice(0, counters[1]), 'hangs');
      worker.terminate();
    }
    before = begun;
  }, hangMs);
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: { finding?: Uint8Array; stack?: string; result?: FuzzResult }) => {
      if (message.finding !== undefined) save(message.finding, message.stack ?? '');
      if (message.result !== undefined) process.stdout.write(`${target}: ${JSON.stringify(message.result)}\n`);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
  clearInterval(watch);
  return found;
}
