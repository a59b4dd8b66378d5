/** What came of a storm: who was asked when, what callers saw, and how often anybody was asked again. */

export interface Told {
  /** Milliseconds of the storm at which the request was sent. */
  readonly atMs: number;
  readonly tookMs: number;
  /** A whole answer. */
  readonly ok: boolean;
  readonly status: number;
  /** What the caller was told, where it was no answer. */
  readonly why?: string;
}

export interface Call {
  readonly atMs: number;
  readonly target: string;
  /** Of the request that it was made for; a second call of a target for the same request is a retry. */
  readonly request: string;
}

export class Tally {
  readonly told: Told[] = [];
  readonly calls: Call[] = [];

  successShare(fromMs = 0, toMs = Number.POSITIVE_INFINITY): number {
    const told = this.told.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    return told.filter(({ ok }) => ok).length / told.length;
  }

  /** Further calls of a target for the same request. */
  get retries(): number {
    return this.calls.length - new Set(this.calls.map(({ target, request }) => `${target} ${request}`)).size;
  }

  /** Calls of a target where another had failed before. */
  get fallOvers(): number {
    return this.calls.length - this.retries - new Set(this.calls.map(({ request }) => request)).size;
  }

  callsOf(target: string, fromMs = 0, toMs = Number.POSITIVE_INFINITY): number {
    return this.calls.filter((call) => call.target === target && call.atMs >= fromMs && call.atMs < toMs).length;
  }

  /** A target's share of all calls. */
  shareOf(target: string, fromMs: number, toMs: number): number {
    const all = this.calls.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
    return this.callsOf(target, fromMs, toMs) / all;
  }

  /** The first time from which each window of a second has the target at this share or more; undefined: never. */
  backAt(target: string, fromMs: number, toMs: number, share: number, windowMs = 3_000): number | undefined {
    let back: number | undefined;
    for (let at = fromMs; at + windowMs <= toMs; at += 1_000) {
      if (this.shareOf(target, at, at + windowMs) < share) back = undefined;
      else back ??= at;
    }
    return back;
  }
}
