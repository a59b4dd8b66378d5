/** What goes wrong with a request to the management API, in the one shape that all its errors have. */
import type { z } from 'zod';
import { type LedgerReason, LedgerRefusal } from '../../ledger/refusal.ts';
import { codeOf, StoreError } from '../../store/error.ts';
import { Refusal } from '../refusal.ts';

/** Codes by their status; a client switches on the code, never on the message. */
const statuses = {
  invalid_request: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  precondition_failed: 412,
  stripe_not_configured: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type FailureCode = keyof typeof statuses;

export interface FailureDetail {
  /** What to do about it: one sentence. */
  readonly remedy: string;
  /** The field that is meant: `limits.requestsPerMinute`, `models[2]`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** `message` names the rule and the value in one sentence; it never holds a secret. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: FailureCode;
  readonly detail: FailureDetail;
  constructor(code: FailureCode, message: string, detail: FailureDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.detail = detail;
  }

  get status(): number {
    return statuses[this.code];
  }

  /** The answer's body. */
  toBody(requestId: string): object {
    const { remedy, path } = this.detail;
    return {
      error: { code: this.code, message: this.message, remedy, ...(path !== undefined && { path }), requestId },
    };
  }
}

/** The same for what is not there and for what belongs to somebody else: nobody learns which ids exist. */
export function notFound(what: string, id: string): ApiFailure {
  return new ApiFailure('not_found', `There is no ${what} ${JSON.stringify(id.slice(0, 80))}.`, {
    remedy: `List what there is, and use an id from the list.`,
  });
}

export function conflict(message: string, remedy: string): ApiFailure {
  return new ApiFailure('conflict', message, { remedy });
}

/** By what was thrown. What nobody foresaw becomes `internal`, and tells nothing: the log has it. */
export function toFailure(error: unknown, requestId: string): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof Refusal) {
    return new ApiFailure('invalid_request', error.message, { remedy: error.remedy });
  }
  if (error instanceof LedgerRefusal) {
    return new ApiFailure(ledgerCodes[error.reason], error.message, { remedy: error.remedy });
  }
  if (error instanceof StoreError || isAway(error)) return away(error);
  const known = sqlFailures[codeOf(error)] ?? frameworkFailures[codeOf(error)];
  if (known !== undefined) return new ApiFailure(known[0], known[1], { remedy: known[2], cause: error });
  return new ApiFailure('internal', 'The server failed on this request.', {
    remedy: `Report the request id ${requestId} to the operator.`,
    cause: error,
  });
}

const ledgerCodes: Readonly<Record<LedgerReason, FailureCode>> = {
  insufficient: 'conflict',
  conflict: 'conflict',
  'no-organization': 'not_found',
  amount: 'invalid_request',
};

/** The first fault that zod found, named by its path. */
export function invalid(where: 'body' | 'query' | 'params', error: z.ZodError): ApiFailure {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
  const shown = renderPath(path) || where;
  if (unknown !== undefined) {
    return new ApiFailure('invalid_request', `${shown} is not known here.`, {
      remedy: 'Leave it out; the reference at /api/v1/docs has every field.',
      path: shown,
    });
  }
  return new ApiFailure('invalid_request', `${shown} is not valid: ${issue?.message ?? 'wrong'}.`, {
    remedy: 'Correct it; the reference at /api/v1/docs says what it takes.',
    path: shown,
  });
}

const pathLengthMax = 200;

function renderPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
    .slice(0, pathLengthMax);
}

const retryAfterSeconds = 2;

function away(cause: unknown): ApiFailure {
  return new ApiFailure('unavailable', 'The database is away at this moment, so nothing was changed.', {
    remedy: `Send the request again in ${retryAfterSeconds} seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
    cause,
  });
}

/**
 * SQLSTATE classes 08 (connection), 53 (resources), 57 (intervention, timeouts) and a lost race (40), and what the driver
 * says of a connection that broke (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|53|57|40)[0-9A-Z]{3}$/.test(code) || code === '25006' || code === '55P03') return true;
  if (/^E(CONN(RESET|REFUSED|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH)$/.test(code)) return true;
  return error instanceof Error && /^Connection terminated|^Query read timeout$|not queryable/.test(error.message);
}

type Known = readonly [FailureCode, string, string];

/** What a constraint of the database refused although the handler did not foresee it: a race, most of the time. */
const sqlFailures: Readonly<Record<string, Known>> = {
  '23505': ['conflict', 'Something with the same name or id is there already.', 'Use another one.'],
  '23503': ['conflict', 'Something else still needs what would change.', 'Look at what refers to it first.'],
  '22003': ['invalid_request', 'A number is out of range.', 'Use a smaller number.'],
  '22021': ['invalid_request', 'A text holds a character that cannot be kept.', 'Leave NUL characters out.'],
};

const badJson: Known = ['invalid_request', 'The body is not valid JSON.', 'Send a JSON object.'];

/** https://fastify.dev/docs/latest/Reference/Errors/ */
const frameworkFailures: Readonly<Record<string, Known>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than the limit of 1 MiB.', 'Send less at once.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'The body is of a type that is not taken here.',
    'Send JSON, with content-type: application/json.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid_request',
    'The body is not as long as content-length says.',
    'Send it again.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: badJson,
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'There is nothing with so long an id.', 'Use an id from a list.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The path is not valid: its percent-encoding is broken.', 'Correct the path.'],
};
