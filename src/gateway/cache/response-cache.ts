/**
 * The answers that this instance keeps, and the requests under way that others wait for. Everything is found under an
 * organization and a hash in which that organization stands: nobody gets another's answer.
 */
import type { Clock } from '../../lib/clock.ts';
import { ExpiringMap } from '../../lib/expiring-map.ts';
import type { Log } from '../../lib/log.ts';
import type { Room } from '../idempotency/recording.ts';
import type { CacheSettings } from './cache-settings.ts';
import { bytesOf, type CachedAnswer } from './cached-answer.ts';
import { Flight } from './flight.ts';
import { SharedAnswers, type SharedBytes } from './shared-answers.ts';

export interface CacheTools {
  readonly clock: Clock;
  readonly log: Log;
  /** What instances share, and the secret that they seal it with. Absent: each has its own. */
  readonly shared?: { readonly bytes: SharedBytes; readonly secret: string } | undefined;
}

const entriesMax = 1_000_000;

export class ResponseCache {
  readonly settings: CacheSettings;
  /** What is being recorded now, all requests together. */
  readonly room: Room = { bytes: 0 };
  readonly #clock: Clock;
  readonly #memory: ExpiringMap<CachedAnswer>;
  readonly #shared: SharedAnswers | undefined;
  readonly #flights = new Map<string, Flight>();

  constructor(settings: CacheSettings, { clock, log, shared }: CacheTools) {
    this.settings = settings;
    this.#clock = clock;
    this.#memory = new ExpiringMap({ ttlMs: settings.ttlMsMax, bytesMax: settings.bytesMax, entriesMax });
    this.#shared = shared && new SharedAnswers({ ...shared, patienceMs: settings.sharedMs, log });
  }

  /** Of this instance. Not older than `ttlMs`. */
  find(organizationId: string, hash: string, ttlMs: number): CachedAnswer | undefined {
    const found = this.#memory.get(nameOf(organizationId, hash), this.#clock.nowMs());
    return found !== undefined && this.#isFresh(found, ttlMs) ? found : undefined;
  }

  /** Of other instances. Undefined at once where nobody shares anything. */
  findShared(organizationId: string, hash: string, ttlMs: number): undefined | Promise<CachedAnswer | undefined> {
    return this.#shared?.find(organizationId, hash).then((found) => {
      if (found === undefined || !this.#isFresh(found, ttlMs)) return undefined;
      this.#remember(organizationId, hash, found);
      return found;
    });
  }

  keep(organizationId: string, hash: string, answer: CachedAnswer): void {
    this.#remember(organizationId, hash, answer);
    this.#shared?.keep(organizationId, hash, answer, answer.expiresAtMs - this.#clock.nowMs());
  }

  flight(organizationId: string, hash: string): Flight | undefined {
    return this.#flights.get(nameOf(organizationId, hash));
  }

  /** From now on others wait for this request. */
  begin(organizationId: string, hash: string): Flight {
    const name = nameOf(organizationId, hash);
    const flight = new Flight(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight;
  }

  #remember(organizationId: string, hash: string, answer: CachedAnswer): void {
    this.#memory.set(nameOf(organizationId, hash), answer, bytesOf(answer), this.#clock.nowMs());
  }

  #isFresh({ madeAtMs, expiresAtMs }: CachedAnswer, ttlMs: number): boolean {
    const now = this.#clock.nowMs();
    return now < expiresAtMs && now - madeAtMs < ttlMs;
  }
}

function nameOf(organizationId: string, hash: string): string {
  return `${organizationId} ${hash}`;
}
