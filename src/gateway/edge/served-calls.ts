/** Everything that this gateway answers, and what of it leaves no usage row. */
import { doors } from '../../dialects/doors.ts';
import { operations } from '../../operations/all.ts';
import { freeCalls } from '../free-calls.ts';

export interface ServedCall {
  readonly method: string;
  /** As documents write it. */
  readonly path: string;
  /** Why it leaves no usage row; absent: it leaves exactly one. */
  readonly free?: string;
}

export const servedCalls: readonly ServedCall[] = [
  ...doors.map(({ path }) => ({ method: 'POST', path })),
  ...operations.map(({ method, path }) => ({ method, path })),
  ...Object.entries(freeCalls).map(([call, free]) => {
    const space = call.indexOf(' ');
    return { method: call.slice(0, space), path: call.slice(space + 1), free };
  }),
];

/** Each path once, in the order in which they are served. */
export const servedPaths: readonly string[] = [...new Set(servedCalls.map(({ path }) => path))];
