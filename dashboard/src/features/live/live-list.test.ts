import { describe, expect, it } from 'vitest';
import {
  type LiveFrame,
  type LiveRequest,
  type LiveState,
  nothingYet,
  rowsMax,
  shownRows,
  waitingCount,
  withFrame,
  withHistory,
  withWaiting,
} from './live-list.ts';

const at = '2030-01-01T00:00:10.000Z';
const nowMs = Date.parse('2030-01-01T00:00:07.000Z');

function row(id: string, state: LiveState = 'asking', second = 1): LiveRequest {
  return {
    id,
    state,
    startedAt: `2030-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
    organizationId: 'org_1',
    organizationName: 'acme',
    keyId: 'key_1',
    keyName: 'ci',
    operation: 'chat',
    model: 'main',
    target: 'mock/echo',
    attempts: 1,
    stream: true,
    sessionId: null,
    endUser: null,
    tags: ['night'],
    estimated: true,
    errorKind: null,
    errorCode: null,
    httpStatus: 0,
    totalMs: null,
    instance: null,
    inputTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    thinkingTokens: 0,
    chargeUsd: '0',
    costUsd: null,
    firstTokenMs: null,
  };
}

const frame = (requests: readonly LiveRequest[], counts: LiveFrame['counts'] = []): LiveFrame => ({
  at,
  requests,
  counts,
  skipped: 3,
});
const moving = { whole: false, still: false, nowMs };
const still = { whole: false, still: true, nowMs };
const ids = (list: Parameters<typeof shownRows>[0]) => shownRows(list, {}).map(({ id }) => id);

describe('the list', () => {
  it('has the newest first, and knows how far the clocks are apart', () => {
    const list = withFrame(nothingYet, frame([row('a', 'asking', 1), row('b', 'asking', 2)]), moving);
    expect([ids(list), list.aheadMs, list.skipped]).toEqual([['b', 'a'], 3_000, 3]);
  });

  it('keeps still while somebody points at it: rows change where they are, new ones wait', () => {
    const first = withFrame(nothingYet, frame([row('a')]), moving);
    const second = withFrame(first, frame([row('b', 'asking', 2), row('a', 'failed')]), still);
    expect([ids(second), second.waiting, second.rows.get('a')?.state]).toEqual([['a'], ['b'], 'failed']);
    expect(ids(withWaiting(second))).toEqual(['b', 'a']);
  });

  it('counts up', () => {
    const first = withFrame(nothingYet, frame([row('a')]), moving);
    const { inputTokens, cacheReadTokens, cacheWriteTokens, thinkingTokens, costUsd, firstTokenMs } = row('a');
    const counts = { inputTokens, cacheReadTokens, cacheWriteTokens, thinkingTokens, costUsd, firstTokenMs };
    const list = withFrame(first, frame([], [['a', { ...counts, outputTokens: 9, chargeUsd: '0.5' }]]), moving);
    expect(list.rows.get('a')).toMatchObject({ outputTokens: 9, chargeUsd: '0.5' });
  });

  it('ends what the server does not know any more', () => {
    const first = withFrame(nothingYet, frame([row('a'), row('b', 'completed')]), moving);
    const list = withFrame(first, frame([row('c', 'asking', 3)]), { ...moving, whole: true });
    expect(shownRows(list, {}).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'c asking',
      'a interrupted',
      'b completed',
    ]);
  });

  it('has what came before behind what is live, and each request once', () => {
    const first = withFrame(nothingYet, frame([row('b', 'asking', 5)]), moving);
    const list = withHistory(first, [row('b', 'completed', 5), row('a', 'completed', 4)]);
    expect([ids(list), list.rows.get('b')?.state]).toEqual([['b', 'a'], 'asking']);
  });

  it('never holds more than a thousand rows', () => {
    let list = nothingYet;
    for (let i = 0; i < 30; i++) {
      const rows = Array.from({ length: 50 }, (_, j) => row(`r${i * 50 + j}`, 'completed', i));
      list = withFrame(list, frame(rows), moving);
    }
    expect([list.order.length, list.rows.size]).toEqual([rowsMax, rowsMax]);
    expect(list.rows.has('r1499')).toBe(true);
  });

  it('is filtered by what runs, what failed, and any word', () => {
    const list = withFrame(nothingYet, frame([row('a'), row('b', 'refused'), row('c', 'completed')]), moving);
    const shown = (filter: Parameters<typeof shownRows>[1]) => shownRows(list, filter).map(({ id }) => id);
    expect([shown({ show: 'running' }), shown({ show: 'failed' })]).toEqual([['a'], ['b']]);
    expect([shown({ q: 'NIGHT' }).length, shown({ q: 'echo' }).length, shown({ q: 'nothing' })]).toEqual([3, 3, []]);
  });

  it('counts of those that wait only what the filter lets through', () => {
    const list = withFrame(nothingYet, frame([row('a'), row('b', 'refused')]), { ...moving, still: true });
    expect([waitingCount(list, {}), waitingCount(list, { show: 'failed' })]).toEqual([2, 1]);
  });
});
