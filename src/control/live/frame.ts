/** What `GET /live` sends: pure types, for the server and for pages alike. */

/** `refused`: a limit, a budget or a name refused it before anything was asked; it leaves no usage row. */
export type LiveState =
  | 'waiting'
  | 'asking'
  | 'streaming'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'interrupted'
  | 'refused';

/** What changes while a request runs. */
export interface LiveCounts {
  /** Without what a cache gave or took. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** With thinking. */
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  /** What the organization pays: decimal text. */
  readonly chargeUsd: string;
  /** What the provider takes; null for whoever is no operator. */
  readonly costUsd: string | null;
  readonly firstTokenMs: number | null;
}

export interface LiveRequest extends LiveCounts {
  readonly id: string;
  readonly state: LiveState;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly organizationId: string;
  /** Names come a moment after their ids. */
  readonly organizationName: string | null;
  readonly keyId: string;
  readonly keyName: string | null;
  readonly operation: string;
  /** As it was asked for. */
  readonly model: string;
  /** Who is asked, or has answered. */
  readonly target: string | null;
  /** Targets that were asked so far. */
  readonly attempts: number;
  readonly stream: boolean;
  readonly sessionId: string | null;
  readonly endUser: string | null;
  readonly tags: readonly string[];
  /** The counts are ours, not the provider's; always while it runs. */
  readonly estimated: boolean;
  readonly errorKind: string | null;
  readonly errorCode: string | null;
  /** 0 while it runs, and where the caller was gone. */
  readonly httpStatus: number;
  /** Null while it runs. */
  readonly totalMs: number | null;
  /** The instance that serves it; null for whoever is no operator. */
  readonly instance: string | null;
}

/** `[id, counts]` of requests that are known already. */
export type LiveCount = readonly [id: string, counts: LiveCounts];

/**
 * Events `snapshot` (all that is known; what is not in it and seemed to run is over) and `requests` (what changed since
 * the event before).
 */
export interface LiveFrame {
  /** The server's clock, ISO 8601: the age of a request is measured against it. */
  readonly at: string;
  readonly requests: readonly LiveRequest[];
  readonly counts: readonly LiveCount[];
  /** Requests so far that were too many to be shown. */
  readonly skipped: number;
}

/** Event `end`: the server will send no more, and why. */
export interface LiveEnd {
  readonly reason: 'signed-out' | 'stopping' | 'too-slow';
}

export function isRunning(state: LiveState): boolean {
  return state === 'waiting' || state === 'asking' || state === 'streaming';
}
