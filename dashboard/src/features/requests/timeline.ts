/** The times of a request as bars on one scale. */
import type { LogDetail } from '@tollgate/client';

export interface Bar {
  readonly name: string;
  readonly detail?: string | undefined;
  /** Milliseconds since the request was received. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'own' | 'connect' | 'wait' | 'answer' | 'failed';
}

export interface Row {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly error: string | null;
}

type Times = Pick<LogDetail, 'startedAt' | 'totalMs' | 'overheadMs' | 'firstTokenMs' | 'attempts'>;

/** Admission first, then each attempt: its connection, its waiting for a first byte, its answer. */
export function timelineOf(detail: Times): readonly Row[] {
  const startMs = Date.parse(detail.startedAt);
  const own: Row = {
    label: 'Received and admitted',
    error: null,
    bars: [{ name: 'Our own time', fromMs: 0, toMs: Math.min(detail.overheadMs, detail.totalMs), kind: 'own' }],
  };
  return [own, ...detail.attempts.map((attempt, i) => attemptRow(attempt, i, startMs, detail.totalMs))];
}

function attemptRow(attempt: Times['attempts'][number], index: number, startMs: number, totalMs: number): Row {
  // Of another clock, and rounded: what lies outside of the request is moved to its edge.
  const fromMs = Math.min(Math.max(Date.parse(attempt.startedAt) - startMs, 0), totalMs);
  const at = (ms: number) => Math.min(fromMs + ms, totalMs);
  const endMs = at(attempt.durationMs);
  const connectedMs = attempt.connectedMs === null ? fromMs : at(attempt.connectedMs);
  const firstMs = attempt.firstByteMs === null ? endMs : at(attempt.firstByteMs);
  const last: Bar =
    attempt.error === null
      ? { name: 'Answer', fromMs: firstMs, toMs: endMs, kind: 'answer' }
      : { name: 'Failed', detail: attempt.error, fromMs: firstMs, toMs: endMs, kind: 'failed' };
  return {
    label: `${index + 1}. ${attempt.target}`,
    error: attempt.error,
    bars: [
      { name: 'Connecting', fromMs, toMs: connectedMs, kind: 'connect' },
      { name: 'Waiting for the first byte', fromMs: connectedMs, toMs: firstMs, kind: 'wait' },
      last,
    ],
  };
}

/** Per cent of the whole, never less than can be seen. */
export function spanOf({ fromMs, toMs }: Bar, totalMs: number): { readonly left: string; readonly width: string } {
  const whole = Math.max(totalMs, 1);
  const left = Math.min((fromMs / whole) * 100, 99.5);
  return { left: `${left}%`, width: `${Math.max(Math.min(((toMs - fromMs) / whole) * 100, 100 - left), 0.3)}%` };
}
