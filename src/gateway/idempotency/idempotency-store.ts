/** What the data plane needs of the database for requests under an `Idempotency-Key`. The composition root fills it. */

export interface Claim {
  /** Hex SHA-256 of organization, API key and `Idempotency-Key`. */
  readonly id: string;
  /** Of the request that runs. */
  readonly requestId: string;
}

export interface NewClaim extends Claim {
  readonly organizationId: string;
  readonly keyId: string;
  readonly instance: string;
  readonly fingerprint: string;
}

/** An earlier request under the same `Idempotency-Key`. `answer` is sealed, and there when it is done. */
export interface EarlierRequest {
  readonly requestId: string;
  readonly fingerprint: string;
  readonly state: 'running' | 'done' | 'interrupted' | 'too-large';
  readonly answer: Buffer | null;
}

/** Each rejects while the database is away, and then it may or may not have happened. Each may be repeated. */
export interface IdempotencyStore {
  /** Undefined: the claim is the caller's own. */
  claim(claim: NewClaim): Promise<EarlierRequest | undefined>;
  /** At least every 30 s, or the claims count as those of a dead instance. */
  beat(claims: readonly Claim[]): Promise<void>;
  keep(claim: Claim, answer: Buffer): Promise<void>;
  close(claim: Claim, state: 'interrupted' | 'too-large'): Promise<void>;
  release(claim: Claim): Promise<void>;
  /** Deletes what is older than it may get. */
  sweep(): Promise<void>;
}
