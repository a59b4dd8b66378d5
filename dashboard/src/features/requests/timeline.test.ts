import { expect, it } from 'vitest';
import { spanOf, timelineOf } from './timeline.ts';

const startedAt = '2026-11-20T12:00:00.000Z';
const attempt = (fromMs: number, more: object = {}) => ({
  target: 'oa/gpt',
  startedAt: new Date(Date.parse(startedAt) + fromMs).toISOString(),
  durationMs: 100,
  connectedMs: 20,
  firstByteMs: 60,
  status: 200,
  error: null,
  paidBy: 'platform' as const,
  credential: null,
  ...more,
});

it('shows admission and each attempt, one behind the other', () => {
  const failed = attempt(10, { error: 'overloaded', connectedMs: null, firstByteMs: null });
  const rows = timelineOf({
    startedAt,
    totalMs: 250,
    overheadMs: 10,
    firstTokenMs: null,
    attempts: [failed, attempt(120)],
  });
  expect(rows.map(({ label }) => label)).toEqual(['Received and admitted', '1. oa/gpt', '2. oa/gpt']);
  expect(rows[1]?.bars.map(({ fromMs, toMs, kind }) => [kind, fromMs, toMs])).toEqual([
    ['connect', 10, 10],
    ['wait', 10, 110],
    ['failed', 110, 110],
  ]);
  expect(rows[2]?.bars.map(({ kind, toMs }) => [kind, toMs])).toEqual([
    ['connect', 140],
    ['wait', 180],
    ['answer', 220],
  ]);
});

it('keeps what another clock says inside of the request, and every bar visible', () => {
  const rows = timelineOf({ startedAt, totalMs: 50, overheadMs: 90, firstTokenMs: null, attempts: [attempt(-500)] });
  for (const { bars } of rows)
    for (const { fromMs, toMs } of bars) expect([fromMs >= 0, toMs <= 50]).toEqual([true, true]);
  expect(spanOf({ name: '', fromMs: 50, toMs: 50, kind: 'own' }, 50)).toEqual({ left: '99.5%', width: '0.3%' });
});
