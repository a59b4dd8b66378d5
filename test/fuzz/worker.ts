/** Fuzzes one target in a thread of its own, so that the other can see it hang. */
import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './engine.ts';
import { targetOf } from './targets.ts';

export interface WorkerTask {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** [0]: how many inputs were begun. [1]: bytes of the last one. */
  readonly state: SharedArrayBuffer;
  readonly input: SharedArrayBuffer;
}

const task = workerData as WorkerTask;
const state = new Int32Array(task.state);
const shown = new Uint8Array(task.input);

const result = fuzz({
  target: targetOf(task.target),
  seconds: task.seconds,
  seed: task.seed,
  now: () => performance.now(),
  onInput: (input) => {
    shown.set(input.subarray(0, shown.length));
    state[1] = Math.min(input.length, shown.length);
    Atomics.add(state, 0, 1);
  },
  onFinding: ({ input, error }) => parentPort?.postMessage({ finding: input, stack: error.stack ?? error.message }),
});
parentPort?.postMessage({ result });
