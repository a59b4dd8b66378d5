/** What the live page shows, made of the frames that come. Pure: a frame in, the next list out. */
import type { Usage } from '@tollgate/client';
import type { LiveFrame, LiveRequest, LiveState } from '../../../../src/control/live/frame.ts';

export type { LiveFrame, LiveRequest, LiveState };

export const rowsMax = 1_000;

export interface LiveList {
  readonly rows: ReadonlyMap<string, LiveRequest>;
  /** Ids as they are shown, newest first. */
  readonly order: readonly string[];
  /** Ids that came while nothing might move, newest first. */
  readonly waiting: readonly string[];
  /** Too many to be shown. */
  readonly skipped: number;
  /** What the server's clock is ahead of ours, in milliseconds. */
  readonly aheadMs: number;
}

export const nothingYet: LiveList = { rows: new Map(), order: [], waiting: [], skipped: 0, aheadMs: 0 };

export function isRunning({ state }: Pick<LiveRequest, 'state'>): boolean {
  return state === 'waiting' || state === 'asking' || state === 'streaming';
}

export function isFailure({ state }: Pick<LiveRequest, 'state'>): boolean {
  return state === 'failed' || state === 'refused' || state === 'interrupted';
}

/** `still`: rows change in place, and new ones wait until somebody asks for them. `whole`: all that the server knows. */
export function withFrame(
  list: LiveList,
  frame: LiveFrame,
  { whole, still, nowMs }: { readonly whole: boolean; readonly still: boolean; readonly nowMs: number },
): LiveList {
  const rows = new Map(list.rows);
  if (whole) endForgotten(rows, frame);
  const fresh: string[] = [];
  for (const row of frame.requests) {
    if (!rows.has(row.id)) fresh.push(row.id);
    rows.set(row.id, row);
  }
  for (const [id, counts] of frame.counts) {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, ...counts });
  }
  const newest = fresh.toSorted((one, other) => later(rows, one, other));
  const next = {
    rows,
    order: still ? list.order : [...newest, ...list.order],
    waiting: still ? [...newest, ...list.waiting] : list.waiting,
    skipped: frame.skipped,
    aheadMs: steady(list.aheadMs, Date.parse(frame.at) - nowMs),
  };
  return bounded(next);
}

/** Frames are not equally long on their way; a clock that trembled would make times tremble. */
function steady(before: number, measured: number): number {
  return Math.abs(measured - before) < steadyMs ? before : measured;
}

const steadyMs = 1_000;

/** What had ended before anybody looked, from the records: older than everything that came since. */
export function withHistory(list: LiveList, history: readonly LiveRequest[]): LiveList {
  const older = history.filter(({ id }) => !list.rows.has(id));
  const rows = new Map(list.rows);
  for (const row of older) rows.set(row.id, row);
  const order = [...list.order, ...older.map(({ id }) => id)].toSorted((one, other) => later(rows, one, other));
  return bounded({ ...list, rows, order });
}

/** Those that wait come in. */
export function withWaiting(list: LiveList): LiveList {
  return list.waiting.length === 0 ? list : { ...list, order: [...list.waiting, ...list.order], waiting: [] };
}

/** Running ones that the server knows no more have ended unseen. */
function endForgotten(rows: Map<string, LiveRequest>, { requests }: LiveFrame): void {
  const known = new Set(requests.map(({ id }) => id));
  for (const [id, row] of rows) if (isRunning(row) && !known.has(id)) rows.set(id, { ...row, state: 'interrupted' });
}

function later(rows: ReadonlyMap<string, LiveRequest>, one: string, other: string): number {
  const [a = '', b = ''] = [rows.get(one)?.startedAt, rows.get(other)?.startedAt];
  return a < b ? 1 : a > b ? -1 : 0;
}

/** The oldest go; of those that wait too, since they would only push others out. */
function bounded(list: LiveList): LiveList {
  const order = list.order.slice(0, rowsMax);
  const waiting = list.waiting.slice(0, rowsMax);
  if (order.length + waiting.length === list.rows.size) return { ...list, order, waiting };
  const rows = new Map<string, LiveRequest>();
  for (const id of [...waiting, ...order]) {
    const row = list.rows.get(id);
    if (row !== undefined) rows.set(id, row);
  }
  return { ...list, rows, order, waiting };
}

export interface LiveFilter {
  readonly show?: 'running' | 'failed' | undefined;
  readonly q?: string | undefined;
}

export function shownRows({ rows, order }: LiveList, filter: LiveFilter): readonly LiveRequest[] {
  return matching(rows, order, filter);
}

/** How many of those that wait would be shown. */
export function waitingCount({ rows, waiting }: LiveList, filter: LiveFilter): number {
  return matching(rows, waiting, filter).length;
}

function matching(rows: LiveList['rows'], ids: readonly string[], { show, q = '' }: LiveFilter): LiveRequest[] {
  const words = q.toLowerCase();
  return ids.flatMap((id) => {
    const row = rows.get(id);
    if (row === undefined || (show === 'running' && !isRunning(row)) || (show === 'failed' && !isFailure(row)))
      return [];
    return words === '' || textOf(row).includes(words) ? [row] : [];
  });
}

function textOf(row: LiveRequest): string {
  const { id, model, target, keyName, keyId, organizationName, sessionId, endUser, tags, errorKind } = row;
  const said = [id, model, target, keyName, keyId, organizationName, sessionId, endUser, ...tags, errorKind];
  return said.join(' ').toLowerCase();
}

/** A row of the records as a row of this page. */
export function fromUsage(usage: Usage): LiveRequest {
  const { requestId, requestedModel, servedModel, cacheWrite5mTokens, cacheWrite1hTokens, house, status, ...same } =
    usage;
  return {
    ...same,
    id: requestId,
    state: status as LiveState,
    organizationName: null,
    model: requestedModel,
    target: servedModel,
    attempts: house?.attempts.length ?? 0,
    cacheWriteTokens: cacheWrite5mTokens + cacheWrite1hTokens,
    errorCode: null,
    instance: house?.instance ?? null,
  };
}
