/** The filters of the request list: how they are called, and how the address becomes a question to the API. */

export const filterLabels = {
  status: 'Status',
  model: 'Model',
  modelAsked: 'Model asked',
  modelServed: 'Model served',
  key: 'Key',
  projectId: 'Project',
  memberId: 'Member',
  provider: 'Provider',
  credential: 'Credential',
  errorKind: 'Error',
  httpStatus: 'HTTP status',
  sessionId: 'Session',
  endUser: 'End user',
  tag: 'Tag',
  operation: 'Operation',
  stream: 'Streamed',
  paidBy: 'Paid by',
  costMin: 'Cost from $',
  costMax: 'Cost to $',
  totalMinMs: 'Takes at least, ms',
  totalMaxMs: 'Takes at most, ms',
  requestId: 'Request id',
  clientRequestId: 'Caller’s id',
} as const;

export type FilterName = keyof typeof filterLabels;
export const filterNames = Object.keys(filterLabels) as readonly FilterName[];

/** Those that are chosen from a few. */
export const choices: Partial<Record<FilterName, readonly string[]>> = {
  status: ['completed', 'failed', 'cancelled', 'interrupted'],
  stream: ['true', 'false'],
  paidBy: ['platform', 'organization'],
};

const whole = new Set<FilterName>(['httpStatus', 'totalMinMs', 'totalMaxMs']);

type Search = Partial<Record<FilterName, string | undefined>>;

/** What of the address the API takes; what makes no sense is left out rather than refused. */
export function filterQuery(search: Search): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const name of filterNames) {
    const value = asked(name, search[name]);
    if (value !== undefined) query[name] = value;
  }
  return query;
}

function asked(name: FilterName, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (whole.has(name)) return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (name === 'costMin' || name === 'costMax') return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? text : undefined;
  return name === 'stream' ? text === 'true' : text;
}

export function hasFilter(search: Search): boolean {
  return filterNames.some((name) => search[name] !== undefined);
}
