import type { Dispatcher } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import { paced } from './paced-answer.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const piece = Buffer.alloc(64 * 1024);

/** What undici does: reads on when it is told to, unless it was aborted. */
class FakeController implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  resumed = 0;
  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
    this.resumed++;
  }
}

describe("A provider's answer", () => {
  let real: FakeController;
  let given: Dispatcher.DispatchController;
  let answer: Dispatcher.DispatchHandler;
  let bytes = 0;

  beforeEach(() => {
    real = new FakeController();
    bytes = 0;
    answer = paced({
      onRequestStart: (controller) => {
        given = controller;
      },
      onResponseData: (_controller, chunk) => {
        bytes += chunk.length;
      },
    });
    answer.onRequestStart?.(real, undefined);
  });

  const push = (): void => answer.onResponseData?.(real, piece);

  it('of any length gives others their turn after 128 kB, and goes on by itself', async () => {
    for (let round = 0; round < 3; round++) {
      push();
      expect(real.paused).toBe(false);
      push();
      expect(real.paused).toBe(true);
      await turn();
      expect(real.paused).toBe(false);
    }
    expect(bytes).toBe(6 * piece.length);
  });

  it('stays paused when its caller does not keep up, and goes on when the caller does', async () => {
    push();
    push();
    given.pause();
    await turn();
    expect(real.paused).toBe(true);
    given.resume();
    expect(real.paused).toBe(false);
  });

  it('is not read on before its turn because its caller keeps up again', async () => {
    given.pause();
    push();
    push();
    given.resume();
    expect(real.paused).toBe(true);
    await turn();
    expect(real.paused).toBe(false);
  });

  it('is not read on after it was aborted', async () => {
    push();
    push();
    given.abort(new Error('over'));
    await turn();
    expect(real).toMatchObject({ aborted: true, resumed: 0 });
    expect(given).toMatchObject({ aborted: true, paused: false, reason: new Error('over') });
  });
});
