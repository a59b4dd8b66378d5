import { expect, it } from 'vitest';
import { noUsage } from '../../llm/usage.ts';
import { Board, none } from './board.ts';
import type { LiveRequest, LiveState } from './frame.ts';
import { countsOf, rowOfIntent } from './rows.ts';

const limits = { runningMax: 3, finishedMax: 3, newPerTick: 100, failuresPerTick: 1 };

function row(id: string, state: LiveState = 'waiting'): LiveRequest {
  const facts = { requestId: id, startedAtMs: 0, organizationId: 'org_1', keyId: 'key_1', operation: 'chat' as const };
  return { ...rowOfIntent({ ...facts, requestedModel: 'm', stream: true }), state };
}

const counts = (output: number) => countsOf({ usage: { ...noUsage, output }, costNanoUsd: String(output) });
const ids = (requests: readonly LiveRequest[]) => requests.map(({ id, state }) => `${id} ${state}`);

it('tells each viewer what has changed since, and no more', () => {
  const board = new Board(limits);
  board.put(row('a'));
  const first = board.since(none);
  expect([first.partial, ids(first.requests)]).toEqual([false, ['a waiting']]);
  board.put(row('b'));
  board.count('a', counts(5));
  const second = board.since(first.version);
  expect([second.partial, ids(second.requests), second.counts]).toEqual([true, ['a streaming', 'b waiting'], []]);
  board.count('a', counts(9));
  const third = board.since(second.version);
  expect([third.requests, third.counts.map(([id, { outputTokens }]) => [id, outputTokens])]).toEqual([[], [['a', 9]]]);
  expect(board.since(board.version)).toMatchObject({ partial: true, requests: [], counts: [] });
});

it('a viewer that was away for long gets everything there is, once', () => {
  const board = new Board(limits);
  board.put(row('a'));
  const early = board.version;
  for (const id of ['b', 'c', 'd', 'e', 'f', 'g']) {
    board.put(row(id));
    board.put(row(id, 'completed'));
  }
  const { partial, requests } = board.since(early);
  expect([partial, ids(requests)]).toEqual([false, ['a waiting', 'e completed', 'f completed', 'g completed']]);
});

it('what has ended stays ended, in whatever order news of it come', () => {
  const board = new Board(limits);
  board.put(row('a'));
  board.put(row('a', 'completed'));
  board.put(row('a', 'asking'));
  board.count('a', counts(1));
  expect(ids(board.since(none).requests)).toEqual(['a completed']);
});

it('never holds more than its limits, and counts what it does not show', () => {
  const board = new Board(limits);
  for (let i = 0; i < 10; i++) board.put(row(`r${i}`));
  expect([board.running.length, board.skipped]).toEqual([3, 7]);
  board.put(row('r9', 'completed'));
  expect([board.rows.length, board.skipped]).toEqual([3, 7]);
});

it('failures come in beside what is too much, also those whose beginning was not shown', () => {
  const board = new Board({ ...limits, newPerTick: 1 });
  board.put(row('a'));
  board.put(row('b'));
  board.put(row('b', 'failed'));
  board.put(row('c', 'refused'));
  expect([ids(board.rows), board.skipped]).toEqual([['a waiting', 'b failed'], 1]);
  board.tick();
  board.put(row('d', 'refused'));
  expect(ids(board.rows)).toContain('d refused');
});
