/** The stream of `GET /live` as a list that can be held still. */
import { useReducer } from 'react';
import { useAsk } from '@/lib/api.ts';
import { type StreamState, useEvents } from '@/lib/events.ts';
import type { LiveEnd } from '../../../../src/control/live/frame.ts';
import {
  fromUsage,
  type LiveFrame,
  type LiveList,
  type LiveRequest,
  nothingYet,
  withFrame,
  withHistory,
  withWaiting,
} from './live-list.ts';

type Action =
  | { readonly type: 'frame'; readonly frame: LiveFrame; readonly whole: boolean; readonly nowMs: number }
  | { readonly type: 'history'; readonly rows: readonly LiveRequest[] }
  | { readonly type: 'hold'; readonly by: Hold; readonly on: boolean }
  | { readonly type: 'show-waiting' };

/** Why nothing may move: the pointer or the keyboard is in the list, it is scrolled, or somebody paused it. */
export type Hold = 'pointer' | 'scroll' | 'pause';

interface Held {
  readonly list: LiveList;
  readonly holds: readonly Hold[];
  readonly hasHistory: boolean;
}

function reduce(state: Held, action: Action): Held {
  if (action.type === 'show-waiting') return { ...state, list: withWaiting(state.list) };
  if (action.type === 'hold') return hold(state, action.by, action.on);
  if (action.type === 'history') return { ...state, hasHistory: true, list: withHistory(state.list, action.rows) };
  const still = state.holds.length > 0;
  return { ...state, list: withFrame(state.list, action.frame, { ...action, still }) };
}

function hold(state: Held, by: Hold, on: boolean): Held {
  if (state.holds.includes(by) === on) return state;
  const holds = on ? [...state.holds, by] : state.holds.filter((each) => each !== by);
  return { ...state, holds, list: holds.length === 0 ? withWaiting(state.list) : state.list };
}

const historyRows = 50;

export interface LiveView {
  readonly list: LiveList;
  readonly stream: StreamState;
  readonly isPaused: boolean;
  hold(by: Hold, on: boolean): void;
  showWaiting(): void;
}

/** `organizationId`: whose; undefined: all that the viewer may see. */
export function useLive(organizationId: string | undefined): LiveView {
  const [{ list, holds, hasHistory }, send] = useReducer(reduce, { list: nothingYet, holds: [], hasHistory: false });
  const query = organizationId === undefined ? {} : { organizationId };
  const history = useAsk('GET /usage', { query: { ...query, limit: historyRows } }, { enabled: !hasHistory });
  // A list that is filled by two sources: this one comes once.
  if (history.data !== undefined && !hasHistory) send({ type: 'history', rows: history.data.data.map(fromUsage) });
  const stream = useEvents('GET /live', { query }, ({ event, data }) => {
    const told: LiveFrame | LiveEnd = JSON.parse(data);
    if ('reason' in told) return;
    send({ type: 'frame', frame: told, whole: event === 'snapshot', nowMs: Date.now() });
  });
  return {
    list,
    stream,
    isPaused: holds.includes('pause'),
    hold: (by, on) => send({ type: 'hold', by, on }),
    showWaiting: () => send({ type: 'show-waiting' }),
  };
}
