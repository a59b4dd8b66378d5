/**
 * How targets do, as this instance sees it: what strategies choose by. Everything fades with time, so a target is judged
 * by its last minutes, and one that nobody has asked for a while is unknown again rather than bad for ever.
 */
import { targetName } from '../snapshot/strategy.ts';
import { FadingHistogram } from './fading-histogram.ts';

/** A target by what it is known by; any `Target` will do. */
export interface Named {
  readonly credential: { readonly id: string };
  readonly model: { readonly id: string };
}

export interface TargetMeasures {
  /** Mean time from asking to the first content of a stream, in milliseconds. Undefined: none was seen. */
  readonly firstTokenMs?: number;
  readonly firstTokenP50Ms?: number;
  readonly firstTokenP90Ms?: number;
  /** Mean time from asking to the end of an answer, in milliseconds. */
  readonly totalMs?: number;
  /** Output tokens in each second from the first content to the end. */
  readonly tokensPerSecond?: number;
  /** From 0 to 1: the share of answers that were whole. 1 while nothing is known. */
  readonly successShare: number;
  /** How many answers these figures rest on, those long ago counting less. */
  readonly samples: number;
  readonly inFlight: number;
  /** Monotonic milliseconds of the last answer, good or bad; 0: none. */
  readonly lastAt: number;
}

/** One answer, or what came instead of one. */
export interface Observation {
  /** From asking to the first content; absent where the answer came in one piece, or not at all. */
  readonly firstTokenMs?: number;
  /** From asking to the end. */
  readonly totalMs: number;
  readonly outputTokens?: number;
  /** The answer was whole. */
  readonly ok: boolean;
}

/** What was seen counts half after this time. */
const halfLifeMs = 60_000;
/** Nothing of it is left then: two to the power of -30. */
const idleMs = 30 * halfLifeMs;
/** Names of self-hosted models are the callers' to choose. */
const targetsMax = 2_048;
/** Nothing fades to be seen in this time. */
const stepMs = 0.01;
/** What is assumed before anything is known, weighing as much as this many good answers. */
const trust = 1;

export const unmeasured: TargetMeasures = Object.freeze({ successShare: 1, samples: 0, inFlight: 0, lastAt: 0 });

/** Constant time and memory for each call and target. */
export class Measures {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A view that stays up to date; nothing is copied. */
  of(target: Named): TargetMeasures {
    return this.#entries.get(targetName(target)) ?? unmeasured;
  }

  /** Everybody of whom something is known. */
  *known(): Iterable<Named> {
    for (const { named } of this.#entries.values()) yield named;
  }

  /** Several as one, as they are now. */
  together(targets: Iterable<Named>): TargetMeasures {
    const now = this.#now();
    const sum = new Entry(nobody, () => now);
    for (const target of targets) this.#entries.get(targetName(target))?.addTo(sum);
    return sum;
  }

  /** It is asked. `observe` or `left` follows. */
  begin(target: Named): void {
    this.#entry(target).inFlight++;
  }

  /** An answer, or a failure of the provider's own. */
  observe(target: Named, observation: Observation): void {
    const entry = this.#entry(target);
    entry.inFlight = Math.max(0, entry.inFlight - 1);
    entry.learn(observation);
  }

  /** It was asked, and nothing was learned: its caller hung up, or had made a mistake. */
  left(target: Named): void {
    const entry = this.#entries.get(targetName(target));
    if (entry !== undefined) entry.inFlight = Math.max(0, entry.inFlight - 1);
  }

  #entry(target: Named): Entry {
    const name = targetName(target);
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (this.#entries.size >= targetsMax) this.#forget();
    const made = new Entry(target, this.#now);
    this.#entries.set(name, made);
    return made;
  }

  /** Those that nobody uses any more; if there are none, the one of which the least is known. */
  #forget(): void {
    const before = this.#now() - idleMs;
    let least: { name: string; samples: number } | undefined;
    for (const [name, entry] of this.#entries) {
      if (entry.inFlight > 0) continue;
      if (entry.lastAt < before) this.#entries.delete(name);
      else if (least === undefined || entry.samples < least.samples) least = { name, samples: entry.samples };
    }
    if (this.#entries.size >= targetsMax && least !== undefined) this.#entries.delete(least.name);
  }
}

const nobody: Named = Object.freeze({ credential: { id: '' }, model: { id: '' } });

/** Sums that fade together: a mean is one divided by another, so the age of both does not matter. */
class Entry implements TargetMeasures {
  /** Only its names: the target itself belongs to a snapshot. */
  readonly named: Named;
  inFlight = 0;
  lastAt = 0;
  readonly #now: () => number;
  #weight = 0;
  #good = 0;
  #firstMs = 0;
  #firsts = 0;
  #wholeMs = 0;
  #wholes = 0;
  #tokens = 0;
  #tokensMs = 0;
  #histogram: FadingHistogram | undefined;
  #leftAfterMs = 0;
  #leftThen = 1;

  constructor({ credential, model }: Named, now: () => number) {
    this.named = { credential: { id: credential.id }, model: { id: model.id } };
    this.#now = now;
  }

  get firstTokenMs(): number | undefined {
    return ratio(this.#firstMs, this.#firsts);
  }

  get firstTokenP50Ms(): number | undefined {
    return this.#histogram?.quantile(0.5);
  }

  get firstTokenP90Ms(): number | undefined {
    return this.#histogram?.quantile(0.9);
  }

  get totalMs(): number | undefined {
    return ratio(this.#wholeMs, this.#wholes);
  }

  get tokensPerSecond(): number | undefined {
    return ratio(this.#tokens * 1000, this.#tokensMs);
  }

  get successShare(): number {
    const left = this.#left();
    return (this.#good * left + trust) / (this.#weight * left + trust);
  }

  get samples(): number {
    return this.#weight * this.#left();
  }

  learn({ firstTokenMs, totalMs, outputTokens = 0, ok }: Observation): void {
    this.#fade(this.#left());
    this.lastAt = this.#now();
    this.#weight += 1;
    if (ok) this.#good += 1;
    if (firstTokenMs !== undefined) {
      this.#firstMs += firstTokenMs;
      this.#firsts += 1;
      this.#histogram ??= new FadingHistogram();
      this.#histogram.add(firstTokenMs);
    }
    if (!ok) return;
    this.#wholeMs += totalMs;
    this.#wholes += 1;
    // Of an answer in one piece the first content is not seen: what is known of streams is taken off.
    const spokenMs = totalMs - (firstTokenMs ?? this.firstTokenMs ?? 0);
    if (outputTokens <= 0 || spokenMs <= 0) return;
    this.#tokens += outputTokens;
    this.#tokensMs += spokenMs;
  }

  /** `sum` is read now and at no other time. */
  addTo(sum: Entry): void {
    const left = this.#left();
    sum.inFlight += this.inFlight;
    sum.lastAt = this.#now();
    sum.#weight += this.#weight * left;
    sum.#good += this.#good * left;
    sum.#firstMs += this.#firstMs * left;
    sum.#firsts += this.#firsts * left;
    sum.#wholeMs += this.#wholeMs * left;
    sum.#wholes += this.#wholes * left;
    sum.#tokens += this.#tokens * left;
    sum.#tokensMs += this.#tokensMs * left;
    if (this.#histogram === undefined) return;
    sum.#histogram ??= new FadingHistogram();
    sum.#histogram.addAll(this.#histogram, left);
  }

  /** Worked out once for several figures that are read one after the other. */
  #left(): number {
    const passedMs = this.#now() - this.lastAt;
    if (Math.abs(passedMs - this.#leftAfterMs) > stepMs) {
      this.#leftAfterMs = passedMs;
      this.#leftThen = passedMs <= 0 ? 1 : 2 ** (-passedMs / halfLifeMs);
    }
    return this.#leftThen;
  }

  #fade(left: number): void {
    this.#weight *= left;
    this.#good *= left;
    this.#firstMs *= left;
    this.#firsts *= left;
    this.#wholeMs *= left;
    this.#wholes *= left;
    this.#tokens *= left;
    this.#tokensMs *= left;
    this.#histogram?.fade(left);
  }
}

/** Undefined where there is nothing to divide by, or so little that it is rounding. */
function ratio(sum: number, weight: number): number | undefined {
  return weight > 1e-9 ? sum / weight : undefined;
}
