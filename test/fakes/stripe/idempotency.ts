/**
 * Idempotency keys as API v1 treats them (https://docs.stripe.com/api/idempotent_requests): the first answer of a call
 * that began is kept, also a 500, and given again to the same parameters; other parameters are refused; after 24 hours
 * the key is free.
 */
import { StripeFailure } from './failure.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly replayed?: boolean;
}

interface Kept {
  readonly fingerprint: string;
  readonly atMs: number;
  readonly answer?: Answer;
}

const keptMs = 24 * 3_600_000;

export class IdempotencyKeys {
  readonly #kept = new Map<string, Kept>();

  /** Undefined: nobody has used the key, and it is now in use. Throws StripeFailure. */
  begin(key: string, fingerprint: string, nowMs: number): Answer | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || nowMs - found.atMs > keptMs) {
      this.#kept.set(key, { fingerprint, atMs: nowMs });
      return undefined;
    }
    if (found.fingerprint !== fingerprint) {
      throw new StripeFailure(400, {
        type: 'idempotency_error',
        message:
          'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
          `Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    if (found.answer === undefined) {
      throw new StripeFailure(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotent Key (${key}).`,
      });
    }
    return { ...found.answer, replayed: true };
  }

  /** Parameters that were refused did not begin anything: the key is free again. */
  end(key: string, answer: Answer): void {
    const found = this.#kept.get(key);
    if (found === undefined) return;
    if (answer.status === 400 || answer.status === 404) this.#kept.delete(key);
    else this.#kept.set(key, { ...found, answer });
  }
}
