/**
 * What can go wrong, as one table. Retry, fallback, metrics and billing read `kind` only; each dialect renders a kind
 * into its own words. Text for the caller is `message`; what only the operator may see is `internal`.
 */
export const errorKinds = {
  'invalid-request': { status: 400, retryable: false },
  'too-long': { status: 400, retryable: false },
  'body-too-large': { status: 413, retryable: false },
  'request-timeout': { status: 408, retryable: false },
  unauthorized: { status: 401, retryable: false },
  'payment-required': { status: 402, retryable: false },
  forbidden: { status: 403, retryable: false },
  'not-found': { status: 404, retryable: false },
  'model-not-found': { status: 404, retryable: false },
  'method-not-allowed': { status: 405, retryable: false },
  /** An earlier request stands in the way: the same one runs, or its answer cannot be given again. */
  conflict: { status: 409, retryable: false },
  /** The `Idempotency-Key` belongs to another request. */
  'key-reused': { status: 422, retryable: false },
  'rate-limited': { status: 429, retryable: true },
  overloaded: { status: 503, retryable: true },
  timeout: { status: 504, retryable: true },
  /** The provider failed, or its answer was broken. */
  upstream: { status: 502, retryable: true },
  /** The provider refused the gateway's own credential: never shown as the caller's 401. */
  'upstream-credential': { status: 502, retryable: true },
  /** A part of the gateway that a request needs is away (journal). */
  unavailable: { status: 503, retryable: true },
  internal: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorKind = keyof typeof errorKinds;

export interface LlmError {
  readonly kind: ErrorKind;
  /** For the caller: the rule, the value, the limit, the remedy. Never a secret, never a prompt. */
  readonly message: string;
  /** The field that is wrong, as a path in the caller's body (`messages[2].content`). */
  readonly param?: string;
  /** Stable snake_case code, where the kind alone is not enough (`context_length_exceeded`). */
  readonly code?: string;
  readonly retryAfterMs?: number;
  /** The provider's own status, for the log. */
  readonly upstreamStatus?: number;
  /** There was no connection: nothing of the request has left, and nothing is known of the model. */
  readonly unreached?: true;
  /** For the log only. */
  readonly internal?: string;
}

/** Thrown inside the gateway where a request must end; carries what the caller is told. */
export class LlmFailure extends Error {
  readonly error: LlmError;
  constructor(error: LlmError) {
    super(error.message);
    this.name = 'LlmFailure';
    this.error = error;
  }
}

/** Refuses the request: it is malformed, or asks for what the target cannot express. */
export function invalidRequest(message: string, param?: string, code?: string): LlmFailure {
  return new LlmFailure({ kind: 'invalid-request', message, param, code });
}

export function statusOf(error: LlmError): number {
  return errorKinds[error.kind].status;
}
