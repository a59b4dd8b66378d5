/** One open `GET /live`: what it has been sent, and whether it keeps up. */
import { Readable } from 'node:stream';
import { none } from './board.ts';
import type { LiveEnd } from './frame.ts';

/** The stream of whoever takes nothing for this long is ended. */
const stuckMsMax = 60_000;
/** Proxies and browsers give up on a connection that is silent for longer. */
const heartbeatMs = 15_000;

export interface ViewerFacts {
  /** Whose requests; undefined: everybody's. */
  readonly organizationId: string | undefined;
  /** What providers take, and which instance serves it: for operators. */
  readonly house: boolean;
  /** Asked now and then: a session may have ended, a key may be revoked. */
  readonly allowed: () => Promise<boolean>;
}

export class Viewer {
  readonly facts: ViewerFacts;
  /** Ends with the response, whoever ends that. */
  readonly stream: Readable;
  /** The number of the newest change that it has. */
  version = none;
  skipped = 0;
  askedAt: number;
  #sentAt: number;
  #stuckSince: number | undefined;
  #ended = false;

  constructor(facts: ViewerFacts, now: number) {
    this.facts = facts;
    this.askedAt = now;
    this.#sentAt = now;
    this.stream = new Readable({ read: () => {} });
  }

  /** False: what was sent before is not taken yet, so nothing is sent now; later it gets what has changed by then. */
  ready(now: number): boolean {
    if (this.#ended) return false;
    if (this.stream.readableLength === 0) {
      this.#stuckSince = undefined;
      return true;
    }
    this.#stuckSince ??= now;
    if (now - this.#stuckSince > stuckMsMax) this.end('too-slow');
    return false;
  }

  send(bytes: Buffer, now: number): void {
    this.#sentAt = now;
    this.stream.push(bytes);
  }

  keepAlive(now: number): void {
    if (now - this.#sentAt < heartbeatMs) return;
    this.#sentAt = now;
    this.stream.push(':\n\n');
  }

  end(reason: LiveEnd['reason']): void {
    if (this.#ended) return;
    this.#ended = true;
    this.stream.push(`event: end\ndata: ${JSON.stringify({ reason } satisfies LiveEnd)}\n\n`);
    this.stream.push(null);
    // Whoever takes nothing does not take the end either.
    if (reason === 'too-slow') this.stream.destroy();
  }
}
