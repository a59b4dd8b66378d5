/** What every failed call throws. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** For programs; it never changes its meaning. `unreachable`: no answer; `unreadable`: not an answer of this API. */
  readonly code: string;
  /** What to do about it: one sentence. */
  readonly remedy: string;
  /** The field that is meant: `limits.requestsPerMinute`. */
  readonly path: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, message: string, told: Told, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = told.code;
    this.remedy = told.remedy;
    this.path = told.path;
    this.requestId = told.requestId;
  }
}

interface Told {
  readonly code: string;
  readonly remedy: string;
  readonly path?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Reads the one shape that the API's errors have. */
export async function toError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const told = parse(text)?.error;
  if (typeof told?.code === 'string' && typeof told.message === 'string') {
    return new ApiError(response.status, told.message, { remedy: '', requestId, ...told, code: told.code });
  }
  return new ApiError(response.status, `The server answered ${response.status} without saying why.`, {
    code: 'unreadable',
    remedy: 'Look whether a proxy stands between here and Tollgate.',
    requestId,
  });
}

function parse(text: string): { readonly error?: Partial<Told> & { readonly message?: string } } | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
