/**
 * Answers that several instances share. What stands in the store is sealed: nobody reads it without the secret of this
 * installation, and it opens only under the name that it was kept by. A store that is away, slow or full of something
 * else has nothing, and never is an error.
 */
import type { Log } from '../../lib/log.ts';
import { CallerSecret } from '../idempotency/caller-secret.ts';
import { type CachedAnswer, packAnswer, unpackAnswer } from './cached-answer.ts';

/** The composition root fills it. Each may reject, or never come back. */
export interface SharedBytes {
  get(name: string): Promise<Buffer | undefined>;
  set(name: string, value: Buffer, ttlMs: number): Promise<void>;
}

export interface SharedAnswersOptions {
  readonly bytes: SharedBytes;
  /** The same at every instance. */
  readonly secret: string;
  /** Milliseconds after which it has nothing. */
  readonly patienceMs: number;
  readonly log: Log;
}

export class SharedAnswers {
  readonly #bytes: SharedBytes;
  readonly #secret: CallerSecret;
  readonly #patienceMs: number;
  readonly #log: Log;

  constructor({ bytes, secret, patienceMs, log }: SharedAnswersOptions) {
    this.#bytes = bytes;
    this.#secret = new CallerSecret(secret, 'tollgate response cache 1');
    this.#patienceMs = patienceMs;
    this.#log = log;
  }

  /** Never rejects. */
  async find(organizationId: string, hash: string): Promise<CachedAnswer | undefined> {
    const name = nameOf(organizationId, hash);
    try {
      const sealed = await this.#inTime(this.#bytes.get(name));
      const packed = sealed && this.#secret.open(sealed, name);
      const answer = packed && unpackAnswer(packed);
      return answer?.organizationId === organizationId ? answer : undefined;
    } catch (error) {
      this.#log.debug({ error }, 'the shared cache has no answer');
      return undefined;
    }
  }

  /** Nobody waits for it. Never throws. */
  keep(organizationId: string, hash: string, answer: CachedAnswer, ttlMs: number): void {
    const name = nameOf(organizationId, hash);
    this.#bytes
      .set(name, this.#secret.seal(packAnswer(answer), name), ttlMs)
      .catch((error: unknown) => this.#log.debug({ error }, 'an answer was not kept in the shared cache'));
  }

  #inTime<T>(asked: Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#patienceMs);
    });
    return Promise.race([asked, late]).finally(() => clearTimeout(timer));
  }
}

function nameOf(organizationId: string, hash: string): string {
  return `cache:1:${organizationId}:${hash}`;
}
