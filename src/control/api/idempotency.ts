/**
 * `Idempotency-Key` on writes: the same key gives the same answer again for 24 hours and changes nothing, another body
 * is refused, and while the first one runs the second is told so. Only answers of writes that were done are kept: what
 * failed changed nothing, and may be sent again under the same key.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import { newId } from '../../lib/id.ts';
import { type AnswerClaim, claimAnswer, keepAnswer, releaseAnswer } from '../../store/api-answers.ts';
import type { Store } from '../../store/store.ts';
import type { Caller } from './caller.ts';
import { ApiFailure, conflict } from './failure.ts';
import type { ApiParts } from './route.ts';

/** What a write is known by. */
export interface WriteAsk {
  /** The header as it came; undefined: none. */
  readonly header: string | undefined;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly body: unknown;
}

export interface Run {
  /** For keys of money moves: the same for each repetition. */
  readonly idempotencyKey: string;
  /** Runs a write in one transaction and keeps `work`'s answer, as `encode` gives it, in the same. */
  write<T>(work: (db: Store['db']) => Promise<T>): Promise<T>;
}

export interface Outcome {
  /** JSON. */
  readonly answer: unknown;
  readonly replayed: boolean;
}

/** Runs `handler` once for each key. `encode` makes JSON of what it answers. Throws ApiFailure and what they throw. */
export async function runOnce(
  ask: WriteAsk,
  caller: Caller,
  { store, clock, log }: ApiParts,
  encode: (answer: unknown) => unknown,
  handler: (run: Run) => Promise<unknown>,
): Promise<Outcome> {
  const nowMs = clock.nowMs();
  if (ask.header === undefined) {
    const write: Run['write'] = (work) => store.db.transaction().execute(work);
    return { answer: encode(await handler({ idempotencyKey: newId('idem', nowMs), write })), replayed: false };
  }
  const claim = claimOf(ask, checkHeader(ask.header), caller, newId('run', nowMs));
  const held = await claimAnswer(store.db, claim);
  if (held !== undefined) return { answer: replay(held, claim, caller), replayed: true };
  const kept = new KeptRun(store.db, claim, caller, encode);
  try {
    return { answer: await kept.finish(await handler(kept)), replayed: false };
  } catch (error) {
    await releaseAnswer(store.db, claim).catch((cause: unknown) =>
      log.warn({ error: cause }, 'a claim was not released'),
    );
    throw error;
  }
}

class KeptRun implements Run {
  readonly #db: Store['db'];
  readonly #claim: AnswerClaim;
  readonly #caller: Caller;
  readonly #encode: (answer: unknown) => unknown;
  #written: { readonly answer: unknown } | undefined;

  constructor(db: Store['db'], claim: AnswerClaim, caller: Caller, encode: (answer: unknown) => unknown) {
    this.#db = db;
    this.#claim = claim;
    this.#caller = caller;
    this.#encode = encode;
  }

  get idempotencyKey(): string {
    return `api:${this.#claim.organizationId}:${this.#claim.hash}`;
  }

  readonly write = async <T>(work: (db: Store['db']) => Promise<T>): Promise<T> => {
    const answer = await this.#db.transaction().execute(async (db) => {
      const result = await work(db);
      await this.#keep(db, result);
      return result;
    });
    this.#written = { answer };
    return answer;
  };

  /** The answer as JSON; kept now, unless a write has done it. */
  async finish(answer: unknown): Promise<unknown> {
    if (this.#written === undefined) await this.#keep(this.#db, answer);
    else if (this.#written.answer !== answer) throw new Error('a handler answered something else than it has written');
    return this.#encode(answer);
  }

  async #keep(db: Store['db'], answer: unknown): Promise<void> {
    const sealed = seal(JSON.stringify(this.#encode(answer) ?? null), this.#claim, this.#caller);
    if (!(await keepAnswer(db, this.#claim, sealed))) throw running();
  }
}

function replay(held: { requestHash: string; answer: Buffer | null }, claim: AnswerClaim, caller: Caller): unknown {
  if (held.requestHash !== claim.requestHash) {
    throw new ApiFailure('idempotency_mismatch', 'This Idempotency-Key came with another request before.', {
      remedy: 'Use a new key for each write, and the same one only to repeat it as it was.',
    });
  }
  if (held.answer === null) throw running();
  return JSON.parse(open(held.answer, claim, caller));
}

const headerLengthMax = 255;
/** Of the header, for the description too. */
export const headerPattern = `^[\\x21-\\x7e]{1,${headerLengthMax}}$`;

function checkHeader(header: string): string {
  if (new RegExp(headerPattern).test(header)) return header;
  throw new ApiFailure(
    'invalid_request',
    `The Idempotency-Key is not 1 to ${headerLengthMax} visible ASCII characters.`,
    {
      remedy: 'Use a UUID.',
      path: 'Idempotency-Key',
    },
  );
}

function claimOf(ask: WriteAsk, key: string, caller: Caller, claim: string): AnswerClaim {
  const asked = JSON.stringify([ask.method, ask.url, ask.body ?? null]);
  const requestHash = hash('sha256', asked, 'hex');
  return { organizationId: caller.organizationId, hash: hash('sha256', key, 'hex'), requestHash, claim };
}

const ivBytes = 12;
const tagBytes = 16;

/** The answer may hold a key that is shown once: only who has the management key of the first request can read it again. */
function seal(text: string, claim: AnswerClaim, caller: Caller): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(claim, caller), iv, { authTagLength: tagBytes });
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

function open(sealed: Buffer, claim: AnswerClaim, caller: Caller): string {
  try {
    const iv = sealed.subarray(0, ivBytes);
    const opened = createDecipheriv('aes-256-gcm', sealingKey(claim, caller), iv, { authTagLength: tagBytes });
    opened.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([opened.update(sealed.subarray(ivBytes + tagBytes)), opened.final()]).toString('utf8');
  } catch {
    throw conflict(
      'This Idempotency-Key was used with another management key of the organization, and the write is done.',
      'Repeat it with the management key of the first request, or look whether it is there.',
    );
  }
}

function sealingKey({ organizationId, hash: key, requestHash }: AnswerClaim, { secret }: Caller): Buffer {
  const salt = `${organizationId}\0${key}\0${requestHash}`;
  return Buffer.from(hkdfSync('sha256', secret, salt, 'tollgate api answer', 32));
}

const running = (): ApiFailure =>
  conflict(
    'A request with this Idempotency-Key is running.',
    'Wait for its end, then send it again to get its answer.',
  );
