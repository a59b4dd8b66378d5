/**
 * How one thing that can fail is doing: a target, or a credential's address. It is ejected after failures in a row or
 * when half of what it is asked fails, rests for a time that grows, is tried by one probe at a time, and comes back
 * by and by. Pure: time and chance come in.
 */

/** Fails in a row: ejected. */
const failuresMax = 5;
/** While it comes back, it is not given as many. */
const failuresWhileReturning = 3;
/** Failures among the requests of the last seconds: ejected from this share on, ... */
const errorShareMax = 0.5;
/** ... where there were this many. */
const requestsMin = 20;
const windowMs = 10_000;
const slots = 10;
const slotMs = windowMs / slots;

const restMs = 10_000;
/** The rest doubles up to this. */
const restMsMax = 300_000;
/** A probe that fails quickly costs its caller little: it may come this often, so that recovery is soon seen. */
const quickRestMsMax = 15_000;
const quickMs = 2_000;
/** After this long without an ejection the next one is a first one again. */
const forgivenAfterMs = 60_000;
/** A probe that has not come back by then no longer keeps others out. */
const probeMs = 30_000;
/** Its share of traffic grows to all of it within this time. */
const returnMs = 10_000;
const firstShare = 0.1;

type Admission =
  | 'yes'
  /** This request is not of its share: only when nobody else has answered. */
  | 'later'
  | 'no';

interface Failure {
  /** How long it took to show. */
  readonly tookMs: number;
  /** So many in a row are enough. Absent: the usual. */
  readonly failuresMax?: number;
}

export class Condition {
  /** In a row. */
  failures = 0;
  /** Monotonic milliseconds of the last thing that was heard of it. */
  lastAt = 0;
  #phase: 'up' | 'ejected' | 'returning' = 'up';
  #until = 0;
  #returningSince = 0;
  /** Without being forgiven in between. */
  #ejections = 0;
  /** When the probe under way began. */
  #probedAt: number | undefined;
  readonly #window = new FailureWindow();

  /** `returning` also while it waits for a probe: somebody has to ask it. */
  state(now: number): 'up' | 'ejected' | 'returning' {
    if (this.#phase === 'ejected') return now < this.#until ? 'ejected' : 'returning';
    if (this.#phase === 'returning' && now - this.#returningSince >= returnMs) return 'up';
    return this.#phase;
  }

  /** When its ejection ends, or has ended. 0: it was never ejected. */
  get until(): number {
    return this.#until;
  }

  errorShare(now: number): number {
    return this.#window.share(now);
  }

  /** Nothing is left to remember. */
  isClean(now: number): boolean {
    if (this.failures > 0 || this.#window.failures(now) > 0) return false;
    return this.state(now) === 'up' && (this.#ejections === 0 || now - this.#until > forgivenAfterMs);
  }

  /** Whether a request may ask it. `random`: 0 to 1. Nothing changes by asking this. */
  admits(now: number, random: () => number): Admission {
    const state = this.state(now);
    if (state === 'up') return 'yes';
    if (state === 'ejected') return 'no';
    if (this.#phase === 'ejected')
      return this.#probedAt === undefined || now - this.#probedAt >= probeMs ? 'yes' : 'no';
    const share = Math.max(firstShare, (now - this.#returningSince) / returnMs);
    return random() < share ? 'yes' : 'later';
  }

  /** A request asks it now: the probe, if it waits for one. */
  asked(now: number): void {
    if (this.#phase === 'ejected') this.#probedAt = now;
  }

  succeeded(now: number): void {
    this.lastAt = now;
    this.failures = 0;
    this.#window.add(now, false);
    // What was asked before the ejection may end well after it, and says little.
    if (this.#phase === 'ejected' && this.#probedAt !== undefined) {
      this.#phase = 'returning';
      this.#returningSince = now;
      this.#window.clear();
    } else if (this.#phase === 'returning' && this.state(now) === 'up') this.#phase = 'up';
    this.#probedAt = undefined;
  }

  failed(now: number, random: () => number, failure: Failure): void {
    this.lastAt = now;
    this.failures++;
    this.#window.add(now, true);
    if (this.#phase === 'ejected') {
      // Those that were under way when it was ejected are no news.
      if (now >= this.#until) this.#eject(now, random, failure);
      this.#probedAt = undefined;
      return;
    }
    const usualMax = this.state(now) === 'returning' ? failuresWhileReturning : failuresMax;
    const isOften = this.#window.requests(now) >= requestsMin && this.#window.share(now) >= errorShareMax;
    if (this.failures >= Math.min(usualMax, failure.failuresMax ?? usualMax) || isOften)
      this.#eject(now, random, failure);
  }

  /** It was asked, or was to be, and nothing was learned: the next request may probe it. */
  unproven(): void {
    this.#probedAt = undefined;
  }

  #eject(now: number, random: () => number, { tookMs }: Failure): void {
    if (now - this.#until > forgivenAfterMs) this.#ejections = 0;
    const longest = tookMs < quickMs ? quickRestMsMax : restMsMax;
    const full = Math.min(longest, restMs * 2 ** Math.min(this.#ejections, 10));
    this.#ejections++;
    this.#phase = 'ejected';
    this.#probedAt = undefined;
    // Instances that saw the same failure do not all come back at the same moment.
    this.#until = now + full * (1 - 0.1 * random());
    this.#window.clear();
  }
}

/** Requests and failures of the last ten seconds, a slot for each. */
class FailureWindow {
  readonly #requests = new Uint32Array(slots);
  readonly #failures = new Uint32Array(slots);
  #slot = 0;

  add(now: number, failed: boolean): void {
    const at = this.#roll(now) % slots;
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
    if (failed) this.#failures[at] = (this.#failures[at] ?? 0) + 1;
  }

  requests(now: number): number {
    this.#roll(now);
    return sum(this.#requests);
  }

  failures(now: number): number {
    this.#roll(now);
    return sum(this.#failures);
  }

  /** Of the requests in the window; 0 where there was none. */
  share(now: number): number {
    const requests = this.requests(now);
    return requests === 0 ? 0 : sum(this.#failures) / requests;
  }

  clear(): void {
    this.#requests.fill(0);
    this.#failures.fill(0);
  }

  /** Empties the slots that time has passed since the last look. */
  #roll(now: number): number {
    const slot = Math.floor(now / slotMs);
    const passed = Math.min(slots, slot - this.#slot);
    for (let i = 0; i < passed; i++) {
      const at = (((slot - i) % slots) + slots) % slots;
      this.#requests[at] = 0;
      this.#failures[at] = 0;
    }
    this.#slot = Math.max(slot, this.#slot);
    return this.#slot;
  }
}

function sum(counts: Uint32Array): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}
