/** Which kind of failure a provider's error is: first by what it says, then by its status. */
import type { ErrorKind } from '../../llm/error.ts';

/** What an error says, wherever its vendor wrote it. */
export interface FoundError {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param?: string;
  /** A status inside the body (`code: 429`, `status_code: 400`). */
  readonly status?: number;
  /** A broker's moderation refuses the input with 403. https://openrouter.ai/docs/api/reference/errors-and-debugging */
  readonly isModerated?: true;
}

interface Rule {
  readonly kind: ErrorKind;
  /** Tested against `type code message`, in lower case. */
  readonly says: RegExp;
}

/** Same cause, many shapes: the codes and sentences of a dozen vendors, as recorded. Order matters. */
const rules: readonly Rule[] = [
  {
    kind: 'upstream-credential',
    says: /invalid_api_key|(incorrect|invalid|missing) (api[ _]key|authentication)|insufficient_quota|insufficient (balance|credits|funds)|exceeded your current quota|authentication_error|permission_error/,
  },
  // "Request too large ... tokens per minute" is a rate, not a length.
  { kind: 'rate-limited', says: /rate[ _-]?limit|too many requests|resource_exhausted|tokens per min/ },
  {
    kind: 'too-long',
    says: /context_length_exceeded|context[ _](length|window|size)|maximum context|(prompt|input|request)( is)? too (long|large)|too many tokens|exceeds? the (maximum|model'?s?) .{0,40}tokens|reduce the length|string_above_max_length/,
  },
  {
    kind: 'model-not-found',
    says: /model_not_found|deploymentnotfound|model .{0,120}(does not exist|not found|is not supported)|no such model/,
  },
  { kind: 'overloaded', says: /overloaded|unavailable|at capacity|over capacity|no healthy upstream|server is busy/ },
  { kind: 'timeout', says: /timed? ?out|deadline/ },
  { kind: 'invalid-request', says: /invalid_request_error|invalid[ _-]argument|bad_request|badrequesterror/ },
];

const statuses: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid-request',
  401: 'upstream-credential',
  402: 'upstream-credential',
  403: 'upstream-credential',
  404: 'model-not-found',
  408: 'timeout',
  413: 'body-too-large',
  422: 'invalid-request',
  429: 'rate-limited',
  498: 'overloaded',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
};

/** Kinds that a sentence may give to a status; a status that says more than any sentence is not in here. */
const refinable: Readonly<Record<number, readonly ErrorKind[]>> = {
  400: ['upstream-credential', 'too-long', 'model-not-found'],
  404: [],
  413: ['rate-limited', 'too-long'],
  422: ['too-long', 'model-not-found'],
  429: ['upstream-credential'],
  500: ['overloaded', 'too-long'],
};

export function classify(found: FoundError, httpStatus?: number): ErrorKind {
  const text = `${found.type} ${found.code} ${found.message}`.toLowerCase();
  const status = httpStatus !== undefined && httpStatus >= 400 ? httpStatus : found.status;
  if (found.isModerated) return 'invalid-request';
  if (status === undefined) return rules.find((rule) => rule.says.test(text))?.kind ?? 'upstream';
  // A 404 without a word is a wrong address, not a wrong model.
  if (status === 404 && text.trim() === '') return 'upstream';
  const refined = rules.find((rule) => refinable[status]?.includes(rule.kind) && rule.says.test(text));
  return refined?.kind ?? statuses[status] ?? (status < 500 ? 'invalid-request' : 'upstream');
}
