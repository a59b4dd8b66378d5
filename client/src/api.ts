/** Written by `npm run docs` from the API itself: what each route of /api/v1 takes and answers. Not edited by hand. */

export type AccountSession = {
  id: string;
  /** It is the one that asks. */
  current: boolean;
  address: string | null;
  userAgent: string | null;
  createdAt: Time;
  /** Exact to a day. */
  lastUsedAt: Time;
  expiresAt: Time;
};

export type Alert = {
  id: string;
  /** null: about the installation. */
  organizationId: string | null;
  kind: string;
  /** What it is about. */
  subject: string;
  message: string;
  details: Readonly<Record<string, string | number>>;
  deliveries: readonly ({
    channel: "webhook" | "email";
    to: string;
    status: "waiting" | "delivered" | "failed";
    attempts: number;
    error: string | null;
  })[];
  createdAt: Time;
};

export type AlertRule = {
  kind: "budget" | "low-balance" | "anomaly" | "ledger-drift" | "house-overrun";
  percents: readonly number[];
  amountUsd: Usd | null;
  factor: number | null;
  disabled: boolean;
  /** false: the rule of all organizations without their own. */
  own: boolean;
};

export type Arm = {
  route: string;
  arm: string;
  /** Of streams. */
  firstTokenP50Ms: number | null;
  firstTokenP95Ms: number | null;
  totalP50Ms: number;
  totalP95Ms: number;
  /** 0 to 1: requests that failed. One that its caller gave up is none. */
  errorShare: number;
  feedbackCount: number;
  /** 0 bad, 1 good; null: nobody said. */
  feedbackMean: number | null;
};

export type AuditEntry = {
  id: string;
  at: Time;
  /** Whose thing it was; null: the installation's. */
  organizationId: string | null;
  actorKind: "key" | "user" | "nobody";
  /** null: an operator of the installation, to an organization. */
  actorId: string | null;
  actorName: string;
  /** What the actor was at that time. */
  role: string;
  ip: string | null;
  userAgent: string | null;
  /** A route, `PATCH /keys/{keyId}`, or what happened without one, `sign-in`. */
  action: string;
  resourceKind: string;
  resourceId: string | null;
  requestId: string | null;
  /** As the API showed it, without secrets; null: nothing, or not known. */
  before: unknown;
  /** As the API showed it, without secrets; null: nothing, or not known. */
  after: unknown;
};

export type AutomaticTopUp = {
  enabled: boolean;
  /** It is charged when the balance falls below this. */
  thresholdUsd: Usd;
  /** What is charged. */
  amountUsd: Usd;
  /** In a row. */
  declines: number;
  disabledReason: string | null;
};

export type Bootstrap = {
  /** Nobody owns it: open the link that `tollgate serve` printed. */
  needed: boolean;
  singleSignOn: readonly {
    name: string;
    label: string;
  }[];
};

export type Budget = {
  id: string;
  organizationId: string;
  owner: "organization" | "project" | "member" | "key" | "tag";
  ownerId: string;
  ownerName: string;
  unit: "usd" | "tokens" | "requests";
  /** By the clock of the organization; weeks begin on Monday. */
  window: "day" | "week" | "month" | "total";
  /** Dollars ("10.50"), or a whole number of tokens or requests ("1000000"). */
  limit: string;
  action: "refuse" | "warn" | "switch";
  switchTo: string | null;
  disabled: boolean;
  /** file: the configuration file declares it, and alone may change it. */
  source: "created" | "file";
  /** In the present window, as far as it is in the database. */
  spent: string;
  /** Lent to gateways for running and coming requests. */
  held: string;
  /** When the present window ends; null: never, or nothing was used in it. */
  endsAt: Time | null;
  createdAt: Time;
};

export type Buyer = {
  details: {
    name?: string;
    /** Lines. */
    address?: readonly string[];
    /** VAT number or the like. */
    taxId?: string;
    email?: string;
  };
  /** null: the seller's own rate. */
  taxBasisPoints: number | null;
  /** The customer owes the tax: none is added. */
  reverseCharge: boolean;
};

export type CacheRule = {
  /** Milliseconds. */
  ttlMs: number;
};

export type ChangedMember = {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: "owner" | "admin" | "billing" | "developer" | "viewer";
  twoFactorEnabled: boolean;
  /** Keys that belong to this member and are not revoked. */
  keys: number;
  createdAt: Time;
  /** revoked; narrowed: it may no more than the new role; rotation-ended: the text that they knew is not valid any more; kept: it goes on. */
  settledKeys: readonly SettledKey[];
};

export type ChargeLine = {
  /** input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches, request … */
  kind: string;
  units: number;
  /** Dollars for one unit, exact. */
  rateUsd: string;
  /** Dollars, exact to the pico-dollar: only the sum is rounded. */
  amountUsd: string;
};

export type Checkout = {
  paymentId: string;
  url: string;
};

export type ConnectionVerdict = {
  ok: boolean;
  verdict: "ok" | "reachable" | "wrong-key" | "no-access" | "no-quota" | "rate-limited" | "wrong-address" | "dns" | "tls" | "timeout" | "unreachable" | "provider-error" | "not-set-up";
  message: string;
  remedy: string | null;
  /** Of the provider's answer. */
  status: number | null;
  latencyMs: number | null;
  /** How many models it lists. */
  models: number | null;
};

export type ContentBlock = {
  type: "text" | "thinking" | "refusal" | "tool-call" | "tool-result" | "media" | "other";
  /** Text, arguments or result; of media, where it is. */
  text: string | null;
  name: string | null;
  /** That a call and its result share. */
  callId: string | null;
  mediaType: string | null;
  isError: boolean;
};

export type ContentKept = {
  requests: number;
  /** There are more than were counted. */
  isMore: boolean;
  /** When the oldest of these requests began. */
  oldestAt: Time | null;
  /** Of the key that they lie under; null: nothing was kept since it was erased. */
  keyMadeAt: Time | null;
  /** Keys that say something of their own, at most 200. */
  keys: readonly ({
    id: string;
    name: string;
    content: "keep" | "none";
  })[];
};

export type ContentRule = {
  /** none: nothing is kept. asked: where a key or a request asks for it. all: what nobody forbids. */
  keep: "none" | "asked" | "all";
  days: number;
  /** Of a request, and of an answer; the rest is cut. */
  bytesMax: number;
  redact: {
    secrets: boolean;
    patterns: readonly string[];
  };
  /** Whether operators of the installation may read it who are no members of the organization. */
  operatorsMayRead: boolean;
};

export type ContentTurn = {
  role: "system" | "user" | "assistant";
  blocks: readonly ContentBlock[];
};

export type CreatedKey = {
  id: string;
  name: string;
  kind: "call" | "management";
  /** Of a management key; null: a key for calling. */
  scopes: readonly string[] | null;
  organizationId: string;
  /** The name of the project that it belongs to, with its budgets. */
  project: string | null;
  /** The person or program that it belongs to. */
  member: string | null;
  /** The first characters of the key. */
  prefix: string;
  /** file: the configuration file declares it, and alone may change it. */
  source: "created" | "file";
  /** What it may call; null: everything. */
  models: readonly string[] | null;
  limits: Limits | null;
  /** null: as its routes say. */
  cache: CacheRule | null;
  /** What its requests are tagged with, beside what each says itself. */
  tags: readonly string[];
  createdAt: Time;
  expiresAt: Time | null;
  revokedAt: Time | null;
  /** Since when it is refused until it is resumed; null: it works. */
  pausedAt: Time | null;
  /** When its last request that has ended began; null: never, as far as the log goes back. */
  lastUsedAt: Time | null;
  /** Until when the text before its last rotation is valid too. */
  previousUntil: Time | null;
  /** The whole key. It is shown only now. */
  key: string;
};

export type CreatedWebhookEndpoint = {
  id: string;
  /** null: the operators, who get all alerts. */
  organizationId: string | null;
  url: string;
  /** It answered 410, so nothing is sent to it. */
  disabled: boolean;
  /** Until when the secret before its last rotation signs too. */
  previousUntil: Time | null;
  createdAt: Time;
  /** Signs what is sent (Standard Webhooks). It is shown only now. */
  secret: string;
};

/** As the instance that answers sees it. */
export type CredentialHealth = {
  state: "up" | "ejected" | "returning" | "reserved";
  /** When it is asked again. */
  until: Time | null;
  /** Attempts of the last hour. */
  requests: number;
  failures: number;
  /** The last hour, a minute each, the oldest first. */
  minutes: readonly {
    ok: number;
    failed: number;
  }[];
  firstTokenP50Ms: number | null;
  /** Of the time since this instance started. */
  lastError: {
    at: Time;
    kind: string;
    status: number | null;
    message: string;
  } | null;
};

export type Credit = {
  id: string;
  organizationId: string;
  kind: "trial" | "promotional" | "plan";
  amountUsd: Usd;
  /** Neither spent nor expired. */
  remainingUsd: Usd;
  /** null: never. */
  expiresAt: Time | null;
  description: string | null;
  createdAt: Time;
};

export type CreditNote = {
  id: string;
  number: string;
  invoiceId: string;
  /** With its tax. */
  amountUsd: Usd;
  taxUsd: Usd;
  goesTo: "owed" | "wallet";
  reason: string;
  transferId: string;
  createdAt: Time;
};

export type Decision = {
  route: string;
  /** The route's, or what the caller asked for instead: sort:price. */
  strategy: string;
  /** provider/name, in the order in which they were to be asked; the first eight. */
  ranked: readonly string[];
  rankedCount: number;
  /** In the order of ranked; null: none, or its cost. */
  scores: readonly (number | null)[];
  /** Who was not allowed or not able, and by which rule; the first eight. */
  rejected: readonly {
    target: string;
    filter: string;
  }[];
  /** Where the conversation had been answered before. */
  sticky: {
    target: string;
    kept: boolean;
    why: string | null;
    cachedTokens: number;
  } | null;
  /** How complex it was taken to be: 0 routine, 1 complex. */
  smart: {
    score: number;
    tier: number;
    rule: number | null;
  } | null;
  arm: string | null;
  /** The first was asked to see how it does. */
  explored: boolean;
};

export type DiscoveredModels = {
  provider: string;
  /** How many names it gave. */
  listed: number;
  /** Those that the catalogue knows. price null: known, and nobody knows what it costs. */
  known: readonly ({
    id: string;
    price: ModelPrice | null;
  })[];
  /** Those that it does not: they are refused until they have a price. */
  unknown: readonly string[];
  /** Those that the catalogue lists and the provider does not. */
  unlisted: readonly string[];
};

export type Drift = {
  kind: "organization" | "key" | "provider" | "model" | "route";
  /** Of a key: organization/name. */
  name: string;
  /** file: the database does not have it; database: the file does not. */
  state: "same" | "different" | "file" | "database";
  /** Which of the two requests go by now. */
  inForce: "file" | "database";
  differences: readonly {
    path: string;
    file: unknown;
    database: unknown;
  }[];
  remedy: string | null;
};

export type EndUserErasure = {
  id: string;
  organizationId: string;
  state: "running" | "done" | "cancelled";
  requestsTotal: number;
  requestsDone: number;
  contentsErased: number;
  /** What stands for that person in the rows that money needs. */
  pseudonym: string;
  createdAt: Time;
  endedAt: Time | null;
};

export type Error = {
  error: {
    /** For programs: it never changes its meaning. */
    code: string;
    /** For people: the rule and the value. */
    message: string;
    /** What to do about it. */
    remedy: string;
    /** The field that is meant: limits.requestsPerMinute, models[2]. */
    path?: string;
    requestId: string;
  };
};

export type ErrorCount = {
  errorKind: string;
  requests: number;
  /** Of all requests, 0 to 1. */
  share: number | null;
  models: readonly {
    model: string;
    requests: number;
  }[];
};

export type Invitation = {
  id: string;
  email: string;
  role: "owner" | "admin" | "billing" | "developer" | "viewer";
  invitedBy: string;
  /** The link went to the address alone. */
  mailed: boolean;
  createdAt: Time;
  expiresAt: Time;
};

export type Invoice = {
  id: string;
  number: string;
  organizationId: string;
  period: string;
  periodStart: Time;
  periodEnd: Time;
  status: "open" | "paid" | "void";
  seller: Readonly<Record<string, unknown>>;
  buyer: Readonly<Record<string, unknown>>;
  taxPercent: number;
  reverseCharge: boolean;
  lines: readonly InvoiceLine[];
  /** The sum of the lines, exactly; it is what the ledger charged. */
  chargesUsd: Usd;
  /** Of that, paid by credit. */
  creditUsd: Usd;
  /** Of that, paid from the wallet. */
  walletUsd: Usd;
  /** Of that, paid directly, as by a card. */
  directUsd: Usd;
  /** Of that, covered by the house. */
  houseUsd: Usd;
  /** What is left to pay, before tax. */
  netUsd: Usd;
  /** What went to the wallet, when that is below zero. */
  returnedUsd: Usd;
  taxUsd: Usd;
  /** What makes whole cents of it. */
  roundingUsd: Usd;
  /** net + returned + tax + rounding. */
  dueUsd: Usd;
  /** Not paid and not credited. */
  openUsd: Usd;
  payments: readonly ({
    transferId: string;
    kind: string;
    description: string | null;
    at: string;
    amountUsd: Usd;
  })[];
  creditNotes: readonly CreditNote[];
  dueAt: Time;
  settledAt: Time | null;
  createdAt: Time;
};

export type InvoiceLine = {
  /** usage, plan-fee, plan-refund ... */
  kind: string;
  model: string | null;
  description: string | null;
  /** Used before this month, and reported after that one was closed. */
  late: boolean;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  amountUsd: Usd;
};

export type Key = {
  id: string;
  name: string;
  kind: "call" | "management";
  /** Of a management key; null: a key for calling. */
  scopes: readonly string[] | null;
  organizationId: string;
  /** The name of the project that it belongs to, with its budgets. */
  project: string | null;
  /** The person or program that it belongs to. */
  member: string | null;
  /** The first characters of the key. */
  prefix: string;
  /** file: the configuration file declares it, and alone may change it. */
  source: "created" | "file";
  /** What it may call; null: everything. */
  models: readonly string[] | null;
  limits: Limits | null;
  /** null: as its routes say. */
  cache: CacheRule | null;
  /** What its requests are tagged with, beside what each says itself. */
  tags: readonly string[];
  createdAt: Time;
  expiresAt: Time | null;
  revokedAt: Time | null;
  /** Since when it is refused until it is resumed; null: it works. */
  pausedAt: Time | null;
  /** When its last request that has ended began; null: never, as far as the log goes back. */
  lastUsedAt: Time | null;
  /** Until when the text before its last rotation is valid too. */
  previousUntil: Time | null;
};

export type KeyActivity = {
  lastUsedAt: Time | null;
  /** That began in the last ten minutes and have ended. */
  requests: number;
  /** Of the last ten minutes, on average. */
  requestsPerMinute: number;
};

export type Latency = {
  group: string;
  label: string;
  requests: number;
  firstToken: Quantiles;
  total: Quantiles;
  overhead: Quantiles;
};

export type Limits = {
  requestsPerMinute?: number;
  /** In 24 hours that slide. */
  requestsPerDay?: number;
  /** Input and output together. */
  tokensPerMinute?: number;
  tokensPerDay?: number;
  /** Cached ones too. */
  inputTokensPerMinute?: number;
  inputTokensPerDay?: number;
  /** Counted when an answer has ended. */
  outputTokensPerMinute?: number;
  outputTokensPerDay?: number;
  /** Requests that run at the same time. */
  concurrentRequests?: number;
};

export type ListedErasure = {
  id: string;
  organizationId: string;
  state: "running" | "done" | "cancelled";
  requestsTotal: number;
  requestsDone: number;
  contentsErased: number;
  /** What stands for that person in the rows that money needs. */
  pseudonym: string;
  createdAt: Time;
  endedAt: Time | null;
  /** null: it has ended, and nothing names that person any more. */
  endUser: string | null;
};

export type LogDetail = {
  requestId: string;
  startedAt: Time;
  organizationId: string;
  organizationName: string | null;
  keyId: string;
  keyName: string | null;
  operation: string;
  modelAsked: string;
  modelServed: string | null;
  clientDialect: string;
  /** completed, failed, cancelled or interrupted. */
  status: string;
  /** What the caller saw; 0 when it was gone. */
  httpStatus: number;
  errorKind: string | null;
  stream: boolean;
  /** What the organization pays. */
  chargeUsd: Usd;
  /** What the provider takes; for operators alone. */
  costUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Of the output. */
  thinkingTokens: number;
  firstTokenMs: number | null;
  totalMs: number;
  /** Our own time before the provider was asked. */
  overheadMs: number;
  /** Counted by Tollgate, not by the provider. */
  estimated: boolean;
  /** Settled after a crash. */
  recovered: boolean;
  /** Answered from the cache of answers. */
  cached: boolean;
  clientRequestId: string | null;
  sessionId: string | null;
  endUser: string | null;
  tags: readonly string[];
  /** Whose key paid the provider: the installation's, or the organization's own. */
  paidBy: "platform" | "organization";
  settledAt: Time;
  projectId: string | null;
  memberId: string | null;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  imageInputTokens: number;
  imageOutputTokens: number;
  webSearches: number;
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
  flags: readonly string[];
  /** What translation lost. */
  dropped: readonly string[];
  attempts: readonly ({
    target: string;
    startedAt: Time;
    durationMs: number;
    /** From its start until the request was on its way; null: not known. */
    connectedMs: number | null;
    /** From its start until the provider's answer began; null: not known. */
    firstByteMs: number | null;
    /** Of the provider's answer; 0: there was none. */
    status: number;
    error: string | null;
    paidBy: "platform" | "organization";
    /** For operators alone. */
    credential: string | null;
  })[];
  /** Why it went where it went; null where there was nothing to choose. */
  decision: Decision | null;
  charge: {
    /** What the organization pays, by kind; empty where nothing was charged, or the price is not known any more. */
    lines: readonly ChargeLine[];
    /** The lines, rounded once, are the charge. */
    exact: boolean;
    /** How the provider's price became the customer's; null: at cost. */
    sale: {
      id: string | null;
      markupPercent: number;
      /** Prices of its own, not a markup. */
      fixed: boolean;
      ownKeyFeePercent: number | null;
    } | null;
  };
  transfers: readonly {
    id: string;
    kind: string;
    createdAt: Time;
    entries: readonly {
      account: string;
      amountUsd: Usd;
    }[];
  }[];
  feedback: {
    score: number;
    label: string | null;
  } | null;
  /** Whether prompt and answer are kept: GET /logs/{requestId}/content. */
  content: "kept" | "none";
  /** How it was served; for operators alone. */
  house: {
    instance: string;
    provider: string | null;
    credential: string | null;
    upstreamDialect: string | null;
    priceVersion: string | null;
    snapshotVersion: number;
    /** What failed attempts cost that no customer pays. */
    houseCostUsd: Usd;
    costLines: readonly ChargeLine[];
    decisionCosts: {
      /** In the order of ranked, where the strategy went by cost. */
      expectedUsd: readonly (Usd | null)[];
      /** What the conversation's cache saved, or was lost with it. */
      cacheWorthUsd: Usd | null;
    } | null;
  } | null;
};

export type LogEntry = {
  requestId: string;
  startedAt: Time;
  organizationId: string;
  organizationName: string | null;
  keyId: string;
  keyName: string | null;
  operation: string;
  modelAsked: string;
  modelServed: string | null;
  clientDialect: string;
  /** completed, failed, cancelled or interrupted. */
  status: string;
  /** What the caller saw; 0 when it was gone. */
  httpStatus: number;
  errorKind: string | null;
  stream: boolean;
  /** What the organization pays. */
  chargeUsd: Usd;
  /** What the provider takes; for operators alone. */
  costUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Of the output. */
  thinkingTokens: number;
  firstTokenMs: number | null;
  totalMs: number;
  /** Our own time before the provider was asked. */
  overheadMs: number;
  /** Counted by Tollgate, not by the provider. */
  estimated: boolean;
  /** Settled after a crash. */
  recovered: boolean;
  /** Answered from the cache of answers. */
  cached: boolean;
  clientRequestId: string | null;
  sessionId: string | null;
  endUser: string | null;
  tags: readonly string[];
  /** Whose key paid the provider: the installation's, or the organization's own. */
  paidBy: "platform" | "organization";
  /** How many targets were asked. */
  attempts: number;
  /** For operators alone. */
  provider: string | null;
  /** For operators alone. */
  credential: string | null;
};

export type MadeBy = {
  kind: string;
  id: string;
  name: string;
};

export type Margin = {
  data: readonly {
    group: string;
    label: string;
    requests: number;
    /** What customers were charged. */
    revenueUsd: Usd;
    /** What providers take for what customers got. */
    costUsd: Usd;
    /** What providers take for attempts that no customer pays. */
    houseCostUsd: Usd;
    /** Revenue without both costs. */
    marginUsd: Usd;
  }[];
  total: {
    requests: number;
    /** What customers were charged. */
    revenueUsd: Usd;
    /** What providers take for what customers got. */
    costUsd: Usd;
    /** What providers take for attempts that no customer pays. */
    houseCostUsd: Usd;
    /** Revenue without both costs. */
    marginUsd: Usd;
    /** The part of the revenue that was paid with credit that we gave. */
    paidByCreditUsd: Usd;
    /** Fees of plans, without what was paid back. */
    planFeesUsd: Usd;
    /** What credit notes of this time took back, without tax. It is not subtracted. */
    creditNotesUsd: Usd;
  };
};

export type Me = {
  /** null: a management key asks. */
  user: {
    id: string;
    name: string;
    email: string;
    hasPassword: boolean;
    twoFactorEnabled: boolean;
    /** Names of the providers that this account is linked with. */
    singleSignOn: readonly string[];
  } | null;
  /** What the caller is in this organization; operator: in all. */
  role: "operator" | "owner" | "admin" | "billing" | "developer" | "viewer";
  /** The one that is worked on: the key's own, or what `x-tollgate-organization` names. null: a member of none. */
  organization: {
    id: string;
    name: string;
  } | null;
  memberships: readonly ({
    organizationId: string;
    organization: string;
    role: "owner" | "admin" | "billing" | "developer" | "viewer";
  })[];
  /** The routes that this role may ask: `POST /keys`. */
  permissions: readonly string[];
};

export type Member = {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: "owner" | "admin" | "billing" | "developer" | "viewer";
  twoFactorEnabled: boolean;
  /** Keys that belong to this member and are not revoked. */
  keys: number;
  createdAt: Time;
};

export type Model = {
  id: string;
  provider: string;
  name: string;
  /** Who says what it is: the configuration file (read-only here), this API, the price data, its provider. */
  source: "file" | "api" | "catalogue" | "provider";
  /** null: nobody knows it, so it is refused and never free. */
  price: ModelPrice | null;
  contextTokens: number | null;
  outputTokensMax: number | null;
  inputs: readonly ("text" | "image" | "pdf" | "audio" | "video")[];
  tools: boolean | null;
  thinks: boolean | null;
  aliases: readonly string[];
  callable: boolean;
  whyNot: string | null;
};

export type ModelAlias = {
  /** provider/alias: with and without the provider it means the model. */
  id: string;
  alias: string;
  model: string;
};

export type ModelChange = {
  id: string;
  model: string;
  what: "price" | "facts" | "aliases";
  source: "api" | "import" | "sync";
  /** null: as the catalogue had it. */
  before: unknown;
  /** null: as the catalogue has it. */
  after: unknown;
  /** As usage rows name it. */
  priceVersion: string | null;
  /** Requests that begin from then on go by it. */
  effectiveAt: Time;
  madeBy: MadeBy;
  createdAt: Time;
};

export type ModelImport = {
  dryRun: boolean;
  rows: number;
  created: readonly string[];
  changed: readonly string[];
  unchanged: readonly string[];
  /** With one of them nothing is imported. `row`: of the list, from 1; of a table, the line. */
  problems: readonly ({
    row: number;
    model: string;
    path: string | null;
    message: string;
  })[];
};

/** Dollars as decimal text; null: no rate of its own. */
export type ModelPrice = {
  /** As usage rows name it. */
  version: string;
  input: string | null;
  output: string | null;
  cacheRead: string | null;
  cacheWrite: string | null;
  cacheWrite1h: string | null;
  audioInput: string | null;
  audioOutput: string | null;
  perRequest: string | null;
  perWebSearch: string | null;
  imageInput: string | null;
  imageOutput: string | null;
  perImage: string | null;
  perAudioSecond: string | null;
  perMillionCharacters: string | null;
  perSearch: string | null;
  /** Rates of requests whose whole input is larger. */
  tiers: readonly {
    rate: string;
    aboveInputTokens: number;
    usd: string;
  }[];
};

/** As `models.<name>.price` of the configuration file: dollars as decimal text, never a float. */
export type ModelPriceBody = {
  /** Dollars for a million input tokens. */
  input: string;
  /** Dollars for a million output tokens. */
  output: string;
  /** Absent: as input. */
  cacheRead?: string;
  /** Absent: as input. */
  cacheWrite?: string;
  cacheWrite1h?: string;
  audioInput?: string;
  audioOutput?: string;
  /** Dollars for one request. */
  perRequest?: string;
  perWebSearch?: string;
  imageInput?: string;
  imageOutput?: string;
  perImage?: string;
  perAudioSecond?: string;
  perMillionCharacters?: string;
  perSearch?: string;
};

export type Moved = {
  transferId: string;
  /** The same key had moved it before: nothing was moved now. */
  replayed: boolean;
  wallet: Wallet;
};

export type Organization = {
  id: string;
  name: string;
  /** None of its keys is valid while it is. */
  disabled: boolean;
  /** Rate limits of all its keys together; null: none. */
  limits: Limits | null;
  /** metered: counted and billed later; prepaid: credit, then the wallet; plan: as its subscription says. */
  billing: "metered" | "prepaid" | "plan";
  /** By which its budgets' windows turn: Europe/Berlin. */
  timeZone: string;
  /** Why it may not spend anything; null: it may. */
  blockedReason: string | null;
  createdAt: Time;
};

export type OrganizationSettings = {
  name: string;
  /** By which its budgets' windows and its charts turn. */
  timeZone: string;
};

export type Payment = {
  id: string;
  organizationId: string;
  /** `invoice`: pays one of our invoices by the saved card. */
  kind: "top-up" | "automatic" | "card" | "plan" | "invoice";
  invoiceId: string | null;
  /** `refused`: Stripe has money that does not fit the order; `reason` says why. */
  state: "open" | "processing" | "paid" | "failed" | "expired" | "refused";
  amountUsd: Usd;
  refundedUsd: Usd;
  disputedUsd: Usd;
  reason: string | null;
  createdAt: Time;
  creditedAt: Time | null;
};

export type Plan = {
  id: string;
  name: string;
  monthlyUsd: Usd;
  /** Credit of each month, which ends with it. */
  allowanceUsd: Usd;
  /** When the allowance is used up: nothing more, the wallet pays, or a bill later. */
  overage: "stop" | "wallet" | "invoice";
  /** Of all keys of the organization together. */
  limits: Limits | null;
  models: readonly string[] | null;
  markupBasisPoints: number | null;
  createdAt: Time;
  /** It is not sold any more; who has it keeps it. */
  endedAt: Time | null;
};

export type PlanChange = {
  when: "now" | "period-end";
  planId: string;
  /** Name it with the change within ten minutes, and it costs exactly this. */
  prorationAt: Time;
  periodEnd: Time;
  /** Of the old price, for the time that is left. */
  creditUsd: Usd;
  /** Of the new price, for the same time. */
  chargeUsd: Usd;
  /** To be paid now: the charge without the credit. */
  dueUsd: Usd;
  /** Allowance that comes on top of what is left. */
  allowanceUsd: Usd;
};

export type PlaygroundKey = {
  id: string;
  /** The whole key, for the paths of the data plane. It is shown only now. */
  key: string;
  /** Whose budgets and wallet pay. */
  organizationId: string;
  /** In an hour. */
  expiresAt: Time;
};

export type Portal = {
  url: string;
};

/** Dollars as decimal text, for a million tokens; `per…` for one piece. As in the configuration. */
export type Price = {
  input: string;
  output: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  audioInput?: string;
  audioOutput?: string;
  imageInput?: string;
  imageOutput?: string;
  perMillionCharacters?: string;
  perRequest?: string;
  perWebSearch?: string;
  perImage?: string;
  perAudioSecond?: string;
  perSearch?: string;
};

export type PriceSync = {
  id: string;
  state: "running" | "done" | "failed" | "cancelled";
  dryRun: boolean;
  phase: string;
  /** Bytes so far. */
  done: number;
  report: PriceSyncReport | null;
  /** Why it failed. The prices in force are as they were then. */
  error: string | null;
  madeBy: MadeBy;
  createdAt: Time;
  updatedAt: Time;
};

export type PriceSyncReport = {
  vendors: number;
  models: number;
  changes: readonly ({
    model: string;
    from: {
      version: string;
      input: string;
      output: string;
    } | null;
    to: {
      version: string;
      input: string;
      output: string;
    } | null;
    /** The most that a rate was multiplied or divided by; null: by nothing. */
    factor: number | null;
  })[];
  unconfirmed: readonly string[];
  applied: boolean;
};

export type Project = {
  id: string;
  organizationId: string;
  name: string;
  /** Rate limits of all its keys together; null: none. */
  limits: Limits | null;
  createdAt: Time;
};

export type Provider = {
  /** null: it is one of the file. */
  id: string | null;
  /** The first part of `provider/name`, as callers write models. */
  name: string;
  vendor: string;
  vendorName: string;
  /** `file`: of the configuration file or the environment, to be read here. */
  source: "file" | "api";
  enabled: boolean;
  /** It is enabled, and has something to be asked with. */
  isOn: boolean;
  baseUrl: string | null;
  /** Where it is asked. */
  address: string;
  /** What the vendor wants to know beside the key: `GET /vendors` says which. */
  settings: Readonly<Record<string, string>>;
  models: readonly string[];
  /** Models that can be called there. */
  modelCount: number;
  inRegion: string | null;
  dataCollection: "allow" | "deny";
  capacity: {
    concurrentRequests?: number;
    requestsPerMinute?: number;
  } | null;
  credentials: readonly ProviderCredential[];
  /** Higher after each change of what requests go by, its key too. null: the file says it. */
  version: number | null;
  createdAt: Time | null;
  updatedAt: Time | null;
};

export type ProviderCredential = {
  /** `crd_…`; of the file: the name of its provider. */
  id: string;
  provider: string;
  name: string;
  /** `file`: of the configuration file or the environment, to be read here. */
  source: "file" | "api";
  hasKey: boolean;
  /** The last characters of the key, where it is long enough to show them. */
  hint: string | null;
  /** Where it is another than the provider's. */
  baseUrl: string | null;
  /** Its share among those of the same priority. */
  weight: number;
  /** Lower ones are asked first; the others when those fail. */
  priority: number;
  enabled: boolean;
  /** null: this instance does not ask it. */
  health: CredentialHealth | null;
  /** Higher after each change of what requests go by, its key too. null: the file says it. */
  version: number | null;
  createdAt: Time | null;
  updatedAt: Time | null;
};

export type ProviderHealth = {
  group: string;
  tries: number;
  failed: number;
  cells: readonly ({
    at: Time;
    tries: number;
    failed: number;
    p95Ms: number | null;
  })[];
};

export type ProviderKey = {
  id: string;
  organizationId: string;
  provider: string;
  /** The last characters of the key, where it is long enough to show them. */
  hint: string | null;
  fallback: boolean;
  baseUrl: string | null;
  settings: Readonly<Record<string, string>> | null;
  createdAt: Time;
  updatedAt: Time;
};

/** Milliseconds, right within 2.2 %; null where nothing was measured. */
export type Quantiles = {
  count: number;
  p50Ms: number | null;
  p90Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
};

export type Receipt = {
  /** Of the transfer. */
  id: string;
  organizationId: string;
  description: string | null;
  amountUsd: Usd;
  by: "operator" | "stripe";
  paidAt: Time;
};

export type RemovedMember = {
  /** revoked; narrowed: it may no more than the new role; rotation-ended: the text that they knew is not valid any more; kept: it goes on. */
  settledKeys: readonly SettledKey[];
};

export type Route = {
  id: string;
  /** What callers write as `model`. */
  name: string;
  /** With what was left out filled in. */
  definition: Readonly<Record<string, unknown>>;
  /** Grows by one with each change; for `ifVersion`. */
  version: number;
  createdAt: Time;
  updatedAt: Time;
};

export type RouteBacktest = {
  since: Time;
  until: Time;
  /** How many requests there are to go through, counted up to ten thousand. */
  found: number;
  /** For `after`; null: these were the last. */
  next: string | null;
  requests: number;
  /** Of requests whose other cost is known. */
  actualCostUsd: Usd;
  wouldCostUsd: Usd;
  /** Requests without a known price there; they are in neither sum of costs. */
  unpriced: number;
  /** Others would have been asked first than who answered. */
  moved: number;
  /** Nobody might have been asked. */
  nobody: number;
  /** Whole answers. */
  actualWhole: number;
  /** Whole answers to be expected, by how models did then. */
  wouldWhole: number;
  /** All of them together. */
  actualMs: number;
  wouldMs: number;
  targets: readonly {
    target: string;
    requests: number;
    /** Of requests whose other cost is known. */
    actualCostUsd: Usd;
    wouldCostUsd: Usd;
    /** Requests without a known price there; they are in neither sum of costs. */
    unpriced: number;
    /** Requests that it answered. */
    before: number;
    /** Nothing was measured of it then: latency and success are assumed. */
    isAssumed: boolean;
  }[];
};

/** docs/explain.md says what each means. */
export type RouteDecision = {
  route: string;
  strategy: string;
  /** In the order in which they would be asked. */
  candidates: readonly ({
    target: string;
    score: number | null;
    costUsd: {
      low: string;
      likely: string;
      high: string | null;
    } | null;
    tokens: {
      input: number;
      cached: number;
      output: number;
    };
    firstTokenMs: number;
    tokensPerSecond: number;
    successShare: number;
    samples: number;
    state: "up" | "ejected" | "returning" | "reserved";
    until: string | null;
    asked: {
      dialect: string;
      how: "relay" | "translated";
      dropped: readonly string[];
    } | {
      refused: string;
    } | null;
    paidBy: "platform" | "organization";
  })[];
  candidatesCount: number;
  rejected: readonly {
    target: string;
    filter: string;
    why: string;
  }[];
  rejectedCount: number;
  smart: {
    score: number;
    tier: number;
    rule: number | null;
    language: string;
    reasons: readonly {
      signal: string;
      weight: number;
      what: string;
    }[];
  } | null;
  arm: string | null;
  explored: boolean;
};

/** As `routes.<name>` of the configuration file: docs/routing.md. */
export type RouteDefinition = {
  /** How targets are chosen: `fallback` (as listed), `weighted`, `cheapest`, `fastest`, `reliable`, `balanced`, `smart` or `split`. See docs/routing.md. */
  strategy?: "fallback" | "weighted" | "cheapest" | "fastest" | "reliable" | "balanced" | "smart" | "split";
  /** Whom it may ask: each `provider/name`, `{ model, weight, timeouts, name }`, `{ route: name, weight }`, or a part of its own, `{ strategy, targets }`. */
  targets: readonly RouteTarget[];
  /** `balanced`: what counts how much. Absent: `price` 1, `latency` 1, `reliability` 2, `throughput` 0.5. */
  weights?: {
    /** How much the expected cost counts. */
    price?: number;
    /** How much the time to the first token counts. */
    latency?: number;
    /** How much the share of successes counts. */
    reliability?: number;
    /** How much the tokens per second counts. */
    throughput?: number;
  };
  /** `smart`: targets stand from cheap to strong; `thresholds` (0 to 1, one fewer than targets) divide them by the complexity of the request, and `rules` decide before any score. See docs/smart-routing.md. */
  smart?: {
    /** Complexity from which each next target is asked first. Absent: as fitted, see docs/smart-routing.md. */
    thresholds?: readonly number[];
    /** Rules that decide before any score; the first that holds. */
    rules?: readonly ({
      when: {
        contains?: readonly string[];
        tools?: boolean;
        media?: boolean;
        minInputTokens?: number;
        tag?: string;
        language?: string;
      };
      use: "cheap" | "strong";
    })[];
  };
  /** `split`: who stays with one arm: `user` (the default: as the caller names its end user), `session` (`x-tollgate-session`), `key` or `request`. */
  splitBy?: "user" | "session" | "key" | "request";
  /** Share of requests that try another target first. Absent: 0.02 for strategies that measure, else 0. */
  explore?: number;
  /** `auto`: a conversation returns to the target that holds its prompt while that is worth more than the difference in price. */
  sticky?: "auto" | "off";
  /** `deny`: only providers with `dataCollection: deny`. */
  dataCollection?: "allow" | "deny";
  /** Only providers with one of these as `region`. */
  regions?: readonly string[];
  maxPrice?: {
    /** Most dollars per million input tokens. */
    input?: number;
    /** Most dollars per million output tokens. */
    output?: number;
  };
  /** Replaces `timeouts` for all of its targets. */
  timeouts?: {
    /** Replaces `timeouts.connectMs` here. */
    connectMs?: number;
    /** Replaces `timeouts.firstTokenMs` here. */
    firstTokenMs?: number;
    /** Replaces `timeouts.wholeMs` here. */
    wholeMs?: number;
    /** Replaces `timeouts.idleMs` here. */
    idleMs?: number;
    /** Replaces `timeouts.totalMs` here. */
    totalMs?: number;
  };
  hedge?: {
    /** Silence after which a second target is asked as well; the first to answer is taken. */
    afterMs: number;
    /** Most that the second call may be expected to cost. Absent: no matter. */
    maxUsd?: number;
  };
  /** Whether another target goes on with a stream that breaks in the middle of its text. Callers may ask for it by `x-tollgate-continue: true`. */
  continue?: boolean;
  /** When a provider says that it does not have the model: the next target, or the error. */
  onModelNotFound?: "next" | "fail";
  /** When a provider says that the request is too long: the next target with a larger context, or the error. */
  onTooLong?: "next" | "fail";
  limits?: Limits;
  cache?: CacheRule;
};

export type RouteSimulation = {
  dialect: string;
  /** Who would be asked first; null: nobody. */
  target: string | null;
  inputTokens: number;
  outputTokensMax: number | null;
  decision: RouteDecision;
};

export type RouteTarget = string | {
  model: string;
  timeouts?: {
    /** Replaces `timeouts.connectMs` here. */
    connectMs?: number;
    /** Replaces `timeouts.firstTokenMs` here. */
    firstTokenMs?: number;
    /** Replaces `timeouts.wholeMs` here. */
    wholeMs?: number;
    /** Replaces `timeouts.idleMs` here. */
    idleMs?: number;
    /** Replaces `timeouts.totalMs` here. */
    totalMs?: number;
  };
  weight?: number;
  name?: string;
} | {
  route: string;
  weight?: number;
  name?: string;
} | {
  strategy?: "fallback" | "weighted" | "cheapest" | "fastest" | "reliable" | "balanced" | "smart" | "split";
  weights?: {
    /** How much the expected cost counts. */
    price?: number;
    /** How much the time to the first token counts. */
    latency?: number;
    /** How much the share of successes counts. */
    reliability?: number;
    /** How much the tokens per second counts. */
    throughput?: number;
  };
  smart?: {
    /** Complexity from which each next target is asked first. Absent: as fitted, see docs/smart-routing.md. */
    thresholds?: readonly number[];
    /** Rules that decide before any score; the first that holds. */
    rules?: readonly ({
      when: {
        contains?: readonly string[];
        tools?: boolean;
        media?: boolean;
        minInputTokens?: number;
        tag?: string;
        language?: string;
      };
      use: "cheap" | "strong";
    })[];
  };
  splitBy?: "user" | "session" | "key" | "request";
  weight?: number;
  name?: string;
  targets: readonly RouteTarget[];
};

export type RouteVersion = {
  version: number;
  /** null: it was deleted. */
  definition: Readonly<Record<string, unknown>> | null;
  madeBy: MadeBy;
  createdAt: Time;
};

export type SalePrice = {
  id: string;
  /** null: everybody. */
  organizationId: string | null;
  /** null: every model. */
  model: string | null;
  markupBasisPoints: number | null;
  price: Price | null;
  source: "created" | "file";
  createdAt: Time;
  endedAt: Time | null;
};

export type SecretsStatus = {
  /** Tells the master key of now from others, and says nothing of it. */
  masterKey: string;
  rows: number;
  /** Of them, sealed under the master key of now. */
  current: number;
  /** Every master key that something lies under. */
  keys: readonly {
    masterKey: string;
    rows: number;
    isCurrent: boolean;
    /** false: this instance does not have it, so that what lies under it does not open. */
    isKnown: boolean;
  }[];
  /** The job that brings all under the master key of now; null: there is none. */
  rotation: "waiting" | "running" | null;
  kinds: readonly {
    what: string;
    rows: number;
    /** Of them, sealed under the master key of now. */
    current: number;
    /** Not sealed yet: a rotation seals them. */
    plain: number;
  }[];
  /** With `verify`: those that do not open, since they were changed, moved, or sealed under another key. */
  refused: {
    count: number;
    /** The first hundred. */
    named: readonly {
      what: string;
      id: string;
      why: string;
    }[];
  } | null;
};

export type SellerDetails = {
  name: string;
  /** Lines. */
  address?: readonly string[];
  /** VAT number or the like. */
  taxId?: string;
  email?: string;
  /** How the tax is called: VAT. */
  taxName?: string;
  /** Before the numbers of invoices; INV- when absent. */
  invoicePrefix?: string;
  /** Before the numbers of credit notes; CN- when absent. */
  creditNotePrefix?: string;
  /** At the foot of each page: where to pay to. */
  footer?: readonly string[];
};

export type Session = {
  /** The caller's own name for it: its `x-tollgate-session` header. */
  sessionId: string;
  organizationId: string;
  startedAt: Time;
  endedAt: Time;
  /** From the beginning of the first request to the end of the last. */
  durationMs: number;
  turns: number;
  failed: number;
  chargeUsd: Usd;
  /** What providers take; for operators alone. */
  costUsd: Usd | null;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  thinkingTokens: number;
  /** 0 to 1: of what was read, how much a cache gave. */
  cacheShare: number;
  /** As served; the first twenty. */
  models: readonly string[];
  keyIds: readonly string[];
  /** Kinds of errors; the first twenty. */
  errors: readonly string[];
};

export type Settings = {
  /** Of organizations that are made from now on. */
  defaultTimeZone: string;
  /** What the file and the environment set, without secrets. It is changed there, and holds from a start on. */
  configuration: readonly {
    path: string;
    value: string;
    isDefault: boolean;
    about: string;
  }[];
};

export type SettledKey = {
  id: string;
  name: string;
  kind: "call" | "management";
  organizationId: string;
  /** What a management key may do; null: it calls. */
  role: "operator" | "owner" | "admin" | "billing" | "developer" | "viewer" | null;
  fate: "revoked" | "narrowed" | "rotation-ended" | "kept";
};

export type StatsFigures = {
  requests: number;
  /** By an error. One that its caller gave up is none. */
  failed: number;
  /** Given up by their callers. */
  cancelled: number;
  /** Answered from Tollgate's own cache. */
  cached: number;
  /** Counted by Tollgate, not by the provider. */
  estimated: number;
  /** What organizations pay. */
  chargeUsd: Usd;
  /** What providers take; for operators alone. */
  costUsd: Usd | null;
  /** What failed attempts cost, which nobody pays; for operators alone. */
  houseCostUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  thinkingTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  imageInputTokens: number;
  imageOutputTokens: number;
  webSearches: number;
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
  /** Failed of all, 0 to 1; null without requests. */
  errorShare: number | null;
  /** Of what went in, what a provider's cache had, 0 to 1; null where nothing went in. */
  cacheShare: number | null;
  firstToken: Quantiles;
  total: Quantiles;
};

export type StatsGroup = {
  /** An id, provider/name, a tag …; empty: those that have none. */
  group: string;
  /** The name of what it is, where it still is; else the group. */
  label: string;
  requests: number;
  /** By an error. One that its caller gave up is none. */
  failed: number;
  /** Given up by their callers. */
  cancelled: number;
  /** Answered from Tollgate's own cache. */
  cached: number;
  /** Counted by Tollgate, not by the provider. */
  estimated: number;
  /** What organizations pay. */
  chargeUsd: Usd;
  /** What providers take; for operators alone. */
  costUsd: Usd | null;
  /** What failed attempts cost, which nobody pays; for operators alone. */
  houseCostUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  thinkingTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  imageInputTokens: number;
  imageOutputTokens: number;
  webSearches: number;
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
  /** Failed of all, 0 to 1; null without requests. */
  errorShare: number | null;
  /** Of what went in, what a provider's cache had, 0 to 1; null where nothing went in. */
  cacheShare: number | null;
};

export type StatsOverview = {
  period: StatsPeriod;
  figures: StatsFigures;
  /** The same length of time before. */
  before: {
    period: StatsPeriod;
    figures: StatsFigures;
  };
  trend: {
    /** When each part begins. */
    times: readonly Time[];
    chargeUsd: readonly Usd[];
    costUsd: readonly Usd[] | null;
    requests: readonly number[];
    failed: readonly number[];
    tokens: readonly number[];
  };
  /** Of one organization; null over all of them. */
  runway: {
    availableUsd: Usd;
    /** By the last seven days. */
    burnPerDayUsd: Usd;
    /** null: nothing is used. */
    lastsDays: number | null;
    /** `metered`: nothing stops when the wallet is empty. */
    spends: "metered" | "wallet" | "credit";
  } | null;
};

/** From then on, and before then. */
export type StatsPeriod = {
  since: Time;
  until: Time;
};

export type StoredContent = {
  /** Method and path. */
  asked: string;
  operation: string;
  dialect: string;
  model: string;
  request: {
    /** As it was on the wire, redacted; null where it was a stream, which blocks tell whole. */
    text: string | null;
    encoding: "text" | "base64";
    /** Of the whole. */
    bytes: number;
    /** It was longer than is kept. */
    isCut: boolean;
  };
  answer: {
    /** As it was on the wire, redacted; null where it was a stream, which blocks tell whole. */
    text: string | null;
    encoding: "text" | "base64";
    /** Of the whole. */
    bytes: number;
    /** It was longer than is kept. */
    isCut: boolean;
    status: number;
    contentType: string;
  };
  /** What was sent; null where it cannot be read as a conversation. */
  turns: readonly ContentTurn[] | null;
  /** What was answered; null where it cannot be read. */
  answerBlocks: readonly ContentBlock[] | null;
};

export type Subscription = {
  id: string;
  organizationId: string;
  planId: string;
  /** From the next month on. */
  nextPlanId: string | null;
  status: "active" | "past_due" | "cancelled";
  pays: "wallet" | "invoice" | "stripe";
  periodStart: Time;
  periodEnd: Time;
  /** It ends with its month. */
  cancels: boolean;
  pastDueSince: Time | null;
  cancelledAt: Time | null;
  createdAt: Time;
};

export type TheirKey = {
  id: string;
  name: string;
  kind: "call" | "management";
  organizationId: string;
  /** What a management key may do; null: it calls. */
  role: "operator" | "owner" | "admin" | "billing" | "developer" | "viewer" | null;
};

/** A time as ISO 8601 text with its offset; answers are in UTC. */
export type Time = string;

export type Timeseries = {
  period: StatsPeriod;
  interval: string;
  timeZone: string;
  /** When each part begins; the first one may begin before the period. */
  times: readonly Time[];
  /** The part that is not over yet; null: all are. */
  partialFrom: Time | null;
  unit: "usd" | "count" | "share" | "ms";
  series: readonly ({
    group: string;
    label: string;
    /** All groups that are not shown, together. */
    other: boolean;
    /** Where the unit is usd. */
    amountsUsd: readonly Usd[] | null;
    /** Else. null: nothing was measured. */
    values: readonly (number | null)[] | null;
  })[];
};

export type Transfer = {
  id: string;
  kind: string;
  organizationId: string | null;
  /** Of `usage`: the request that it pays for. */
  requestId: string | null;
  description: string | null;
  /** What it came from. */
  reference: unknown;
  createdAt: Time;
  /** They sum to nothing. Positive: the account’s owner gets it. */
  entries: readonly {
    account: string;
    amountUsd: Usd;
  }[];
};

export type Upstream = {
  /** `crd_…`; of the file: the name of its provider. */
  id: string;
  provider: string;
  name: string;
  /** `file`: of the configuration file or the environment, to be read here. */
  source: "file" | "api";
  hasKey: boolean;
  /** The last characters of the key, where it is long enough to show them. */
  hint: string | null;
  /** Where it is another than the provider's. */
  baseUrl: string | null;
  /** Its share among those of the same priority. */
  weight: number;
  /** Lower ones are asked first; the others when those fail. */
  priority: number;
  enabled: boolean;
  /** null: this instance does not ask it. */
  health: CredentialHealth | null;
  /** Higher after each change of what requests go by, its key too. null: the file says it. */
  version: number | null;
  createdAt: Time | null;
  updatedAt: Time | null;
  vendor: string;
  /** Where it is asked. */
  address: string;
};

export type Usage = {
  requestId: string;
  startedAt: Time;
  settledAt: Time;
  organizationId: string;
  keyId: string;
  keyName: string | null;
  operation: string;
  requestedModel: string;
  servedModel: string | null;
  /** completed, failed, cancelled or interrupted. */
  status: string;
  /** What the caller saw; 0 when it was gone. */
  httpStatus: number;
  errorKind: string | null;
  clientDialect: string;
  stream: boolean;
  /** What the organization pays. */
  chargeUsd: Usd;
  /** What the provider takes; for operators alone. */
  costUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  /** Of the output. */
  thinkingTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  imageInputTokens: number;
  imageOutputTokens: number;
  webSearches: number;
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
  /** Counted by Tollgate, not by the provider. */
  estimated: boolean;
  /** Settled after a crash. */
  recovered: boolean;
  flags: readonly string[];
  /** What translation lost. */
  dropped: readonly string[];
  firstTokenMs: number | null;
  totalMs: number;
  overheadMs: number;
  clientRequestId: string | null;
  sessionId: string | null;
  endUser: string | null;
  tags: readonly string[];
  /** Whose key paid the provider: the installation's, or the organization's own. */
  paidBy: "platform" | "organization";
  /** Why it went where it went; null where there was nothing to choose. */
  decision: Decision | null;
  /** How it was served; for operators alone. */
  house: {
    instance: string;
    provider: string | null;
    credential: string | null;
    upstreamDialect: string | null;
    priceVersion: string | null;
    snapshotVersion: number;
    attempts: readonly ({
      id: string;
      target: string;
      credential: string;
      startedAt: Time;
      durationMs: number;
      /** Of the provider's answer; 0: there was none. */
      status: number;
      error: string | null;
      /** Whose key it was. */
      paidBy: "platform" | "organization";
    })[];
    decisionCosts: {
      /** In the order of ranked, where the strategy went by cost. */
      expectedUsd: readonly (Usd | null)[];
      /** What the conversation's cache saved, or was lost with it. */
      cacheWorthUsd: Usd | null;
    } | null;
  } | null;
};

export type UsageSummary = {
  /** An id, provider/name, an operation, a day (UTC), or a route and its arm. */
  group: string;
  /** The name of the key or organization, where it is still there; else the group. */
  label: string;
  requests: number;
  failed: number;
  estimated: number;
  /** What the organization pays. */
  chargeUsd: Usd;
  /** What the provider takes; for operators alone. */
  costUsd: Usd | null;
  /** Without what a cache gave or took. */
  inputTokens: number;
  /** With thinking. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  /** Of the output. */
  thinkingTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  imageInputTokens: number;
  imageOutputTokens: number;
  webSearches: number;
  images: number;
  audioSeconds: number;
  characters: number;
  searches: number;
  /** How the arm of a split does; null where rows are added up by something else. */
  arm: Arm | null;
};

/** US dollars as decimal text, exact to the nano-dollar: "12.50". */
export type Usd = string;

/** US dollars above 0 as decimal text, exact to the nano-dollar: "12.50". */
export type UsdPositive = string;

export type Vendor = {
  id: string;
  name: string;
  /** The page of its API. */
  docs: string;
  /** null: only you know it. Settings stand in braces. */
  baseUrl: string | null;
  /** It runs without a key. */
  keyless: boolean;
  /** It runs on your own machine: any model name is taken, at no price. */
  selfHosted: boolean;
  /** The environment variable that turns it on. */
  keyVariable: string | null;
  settings: readonly ({
    name: "region" | "project" | "location" | "resource" | "apiVersion" | "accountId" | "workspaceId";
    what: string;
    example: string;
    /** A regular expression. */
    pattern: string;
    required: boolean;
    default: string | null;
  })[];
  /** Wire formats that it speaks. */
  dialects: readonly string[];
  /** It lists its models, so its connection can be tested without spending anything. */
  canList: boolean;
};

export type Wallet = {
  organizationId: string;
  /** What can be spent: paid in and credit together. */
  balanceUsd: Usd;
  /** Paid in and not spent. */
  paidUsd: Usd;
  /** Given, not expired and not spent. It is spent before what was paid in. */
  creditUsd: Usd;
  /** The part of the balance that gateways have, for running and coming requests. */
  lentUsd: Usd;
  /** Used and not billed yet. */
  meteredUsd: Usd;
  /** Owed: refunded or disputed money that was spent already. */
  receivableUsd: Usd;
  /** Why nothing may be spent; null: it may. */
  blockedReason: string | null;
};

export type WebhookEndpoint = {
  id: string;
  /** null: the operators, who get all alerts. */
  organizationId: string | null;
  url: string;
  /** It answered 410, so nothing is sent to it. */
  disabled: boolean;
  /** Until when the secret before its last rotation signs too. */
  previousUntil: Time | null;
  createdAt: Time;
};

export interface Routes {
  /** List organizations, newest first */
  'GET /organizations': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
    };
    answer: {
      data: readonly Organization[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Create an organization */
  'POST /organizations': {
    body: {
      name: string;
      limits?: Limits;
    };
    answer: Organization;
  };
  /** Get an organization */
  'GET /organizations/{organizationId}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: Organization;
  };
  /** Change an organization: what is left out stays */
  'PATCH /organizations/{organizationId}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      name?: string;
      /** null takes all limits away. */
      limits?: Limits | null;
      disabled?: boolean;
      billing?: "metered" | "prepaid";
      /** A name of the IANA data base. */
      timeZone?: string;
    };
    answer: Organization;
  };
  /** List keys, newest first */
  'GET /keys': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
      includeRevoked?: boolean;
      /** revoked shows revoked ones alone. */
      state?: "active" | "paused" | "expired" | "revoked";
      kind?: "call" | "management";
      /** An id that begins with prj_. */
      projectId?: string;
      /** A part of the name, or how the key begins. */
      search?: string;
      /** -createdAt (newest first) when absent. */
      sort?: "-createdAt" | "createdAt" | "name" | "-name";
    };
    answer: {
      data: readonly Key[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Create a key; it is shown once
   * It belongs to the organization of the management key unless `organizationId` names another.
   */
  'POST /keys': {
    body: {
      name: string;
      /** An id that begins with org_. */
      organizationId?: string;
      /** call when absent. */
      kind?: "call" | "management";
      /** Of a management key, at most the own role; when absent: organization, or the own role. */
      scope?: "operator" | "owner" | "admin" | "billing" | "developer" | "viewer" | "organization";
      /** Patterns of models and routes: openai/*, main. */
      models?: readonly string[];
      limits?: Limits;
      cache?: CacheRule;
      expiresAt?: Time;
      tags?: readonly string[];
      /** Made if it is not there. */
      project?: string;
      /** Made if it is not there. */
      member?: string;
    };
    answer: CreatedKey;
  };
  /** Get a key */
  'GET /keys/{keyId}': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: Key;
  };
  /** Change a key: what is left out stays */
  'PATCH /keys/{keyId}': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    body: {
      name?: string;
      /** null: it may call everything. */
      models?: readonly string[] | null;
      limits?: Limits | null;
      cache?: CacheRule | null;
      /** null: never. */
      expiresAt?: Time | null;
      tags?: readonly string[] | null;
    };
    answer: Key;
  };
  /**
   * Give a key a new text; it is shown once
   * Id, limits, budgets and usage stay. The text before is valid for `overlapSeconds` more, so that callers can follow.
   */
  'POST /keys/{keyId}/rotate': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    body: {
      overlapSeconds: number;
    };
    answer: CreatedKey;
  };
  /**
   * Pause a key: it is refused until it is resumed
   * Everywhere, within a second. Doing it again changes nothing.
   */
  'POST /keys/{keyId}/pause': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: Key;
  };
  /**
   * Let a paused key work again
   * Everywhere, within a second. Doing it again changes nothing.
   */
  'POST /keys/{keyId}/resume': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: Key;
  };
  /**
   * How much a key is used now
   * What would stop working with it.
   */
  'GET /keys/{keyId}/activity': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: KeyActivity;
  };
  /**
   * Revoke a key, everywhere, within a second
   * Revoking it again changes nothing.
   */
  'POST /keys/{keyId}/revoke': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: Key;
  };
  /**
   * List projects, newest first
   * A project is made by itself too, with the first key or budget that names it.
   */
  'GET /projects': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Project[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Make a project
   * It belongs to the organization of whoever asks unless `organizationId` names another.
   */
  'POST /projects': {
    body: {
      name: string;
      /** An id that begins with org_. */
      organizationId?: string;
      limits?: Limits;
    };
    answer: Project;
  };
  /** Get a project */
  'GET /projects/{projectId}': {
    params: {
      /** An id that begins with prj_. */
      projectId: string;
    };
    answer: Project;
  };
  /** Change a project: what is left out stays */
  'PATCH /projects/{projectId}': {
    params: {
      /** An id that begins with prj_. */
      projectId: string;
    };
    body: {
      name?: string;
      /** null takes all limits away. */
      limits?: Limits | null;
    };
    answer: Project;
  };
  /**
   * List requests, newest first
   * A request is shown about a second after its end.
   */
  'GET /usage': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** From then on, by when the request started. */
      since?: Time;
      /** Before. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** As asked for or as served. */
      model?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      /** chat, embeddings, images … */
      operation?: string;
    };
    answer: {
      data: readonly Usage[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Add requests up by model, key, organization, operation, day or arm
   * Days newest first, everything else by what it cost; at most 1,000 groups. `arm`: the arms of routes that split, with how they do and what callers say of their answers (`POST /v1/feedback`).
   */
  'GET /usage/summary': {
    query: {
      by: "model" | "key" | "organization" | "operation" | "day" | "arm";
      /** From then on, by when the request started. */
      since?: Time;
      /** Before. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** As asked for or as served. */
      model?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      /** chat, embeddings, images … */
      operation?: string;
    };
    answer: {
      data: readonly UsageSummary[];
    };
  };
  /**
   * Show a period at a glance
   * With the same length of time before it, a line for each figure, and how long the money lasts.
   */
  'GET /stats/overview': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
    };
    answer: StatsOverview;
  };
  /**
   * Add usage up by key
   * By key. What cost most comes first.
   */
  'GET /stats/by-key': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by model
   * By model, as served. What cost most comes first.
   */
  'GET /stats/by-model': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by model
   * By model, as asked for. What cost most comes first.
   */
  'GET /stats/by-model-asked': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by provider
   * By provider. What cost most comes first.
   */
  'GET /stats/by-provider': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by organization
   * By organization. What cost most comes first.
   */
  'GET /stats/by-organization': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by project of the key
   * By project of the key. What cost most comes first.
   */
  'GET /stats/by-project': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by member whose key it is
   * By member whose key it is. What cost most comes first.
   */
  'GET /stats/by-member': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by tag
   * By tag; a request counts for each of its tags. What cost most comes first.
   */
  'GET /stats/by-tag': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Add usage up by end user
   * By end user. What cost most comes first.
   */
  'GET /stats/by-end-user': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly StatsGroup[];
      /** Of all groups, also those that are not shown. */
      total: StatsGroup;
    };
  };
  /**
   * Show why requests fail
   * By kind of error, with the models that had it most.
   */
  'GET /stats/errors': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
    };
    answer: {
      period: StatsPeriod;
      /** All of them, also those that did not fail. */
      requests: number;
      data: readonly ErrorCount[];
    };
  };
  /**
   * Show what caches save
   * What providers' caches had of the input, by model; and what was answered from Tollgate's own cache.
   */
  'GET /stats/cache': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      total: StatsGroup;
      data: readonly StatsGroup[];
    };
  };
  /**
   * Show a metric over time
   * One value for each part of the period. With `by`, a line for each of the `top` groups, and one for all others where they can be added up. Tags and end users by the hour at the finest where they are many.
   */
  'GET /stats/timeseries': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      /** `cost` is for operators alone. */
      metric?: "charge" | "cost" | "requests" | "failed" | "tokens" | "input-tokens" | "output-tokens" | "cache-read-tokens" | "error-share" | "cache-share" | "first-token-p50" | "first-token-p95" | "total-p50" | "total-p95" | "overhead-p95";
      by?: "key" | "model" | "model-asked" | "provider" | "credential" | "organization" | "project" | "member" | "tag" | "end-user" | "status" | "error" | "operation";
      /** Absent: what suits the period. */
      interval?: "minute" | "5-minutes" | "15-minutes" | "hour" | "6-hours" | "day" | "week" | "month";
      /** Of the IANA data base; days, weeks and months begin by it. */
      timeZone?: string;
      /** Lines beside that of all others; 7 when absent. */
      top?: number;
    };
    answer: Timeseries;
  };
  /**
   * Show how providers do over time
   * By tries: one that failed counts although another provider answered. By credential for operators alone.
   */
  'GET /stats/provider-health': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      by?: "provider" | "credential";
      /** Absent: what suits the period. */
      interval?: "minute" | "5-minutes" | "15-minutes" | "hour" | "6-hours" | "day" | "week" | "month";
      /** Of the IANA data base; days, weeks and months begin by it. */
      timeZone?: string;
    };
    answer: {
      period: StatsPeriod;
      interval: string;
      data: readonly ProviderHealth[];
    };
  };
  /**
   * Show how long requests take
   * Percentiles of the first token (of streams), of the whole, and of what Tollgate itself took.
   */
  'GET /stats/latency': {
    query?: {
      /** Until now. Absent, and without `since`: 7d. */
      period?: "24h" | "7d" | "30d" | "90d";
      /** Instead of a period: from then on, by when the request started. */
      since?: Time;
      /** Before. Absent: now. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** `provider/name` as served; where nobody served it, as asked for. */
      model?: string;
      modelAsked?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      tag?: string;
      endUser?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      /** chat, embeddings, images … */
      operation?: string;
      by?: "model" | "model-asked" | "provider" | "key" | "operation";
      /** Groups at most; 50 when absent. */
      limit?: number;
    };
    answer: {
      period: StatsPeriod;
      data: readonly Latency[];
    };
  };
  /**
   * Watch requests as they happen
   * Server-sent events until whoever reads them leaves: `snapshot` first and after a gap, then `requests` with what has changed, up to four times a second, and `end` with a reason. Operators see all, members their own organization. docs/live.md has the fields.
   */
  'GET /live': {
    query?: {
      /** An id that begins with org_. */
      organizationId?: string;
    };
    events: true;
  };
  /**
   * Make a key for an hour, to try models out
   * What it calls is limited, metered and charged like everything else. It is not in the list of keys, and of one person's the 5 newest are valid.
   */
  'POST /playground/keys': {
    body: {
      /** The one that is worked on, when absent. */
      organizationId?: string;
    };
    answer: PlaygroundKey;
  };
  /**
   * List requests
   * Newest first, of the last 30 days where no period is said. Pages are stable: what comes in meanwhile shifts nothing. Requests appear when they have ended.
   */
  'GET /logs': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** -startedAt (newest first) when absent. */
      sort?: "-startedAt" | "startedAt";
      /** By when the request started; the last 30 days when absent. */
      since?: Time;
      /** Before then. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** As asked for or as served. */
      model?: string;
      modelAsked?: string;
      modelServed?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      httpStatus?: number;
      sessionId?: string;
      endUser?: string;
      tag?: string;
      /** chat, embeddings, images … */
      operation?: string;
      stream?: boolean;
      paidBy?: "platform" | "organization";
      /** What the organization paid, at least. */
      costMin?: Usd;
      costMax?: Usd;
      /** How long the request took, at least. */
      totalMinMs?: number;
      totalMaxMs?: number;
      /** Or its beginning. */
      requestId?: string;
      /** The caller's own `x-request-id`, or its beginning. */
      clientRequestId?: string;
    };
    answer: {
      data: readonly LogEntry[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Requests as a file
   * All that the filters say, oldest first, as CSV or as JSON lines; streamed, so it may be of any length. Texts that a table program would take for a formula begin with an apostrophe.
   */
  'GET /logs/export': {
    query?: {
      /** csv when absent. */
      format?: "csv" | "jsonl";
      /** By when the request started; the last 30 days when absent. */
      since?: Time;
      /** Before then. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** As asked for or as served. */
      model?: string;
      modelAsked?: string;
      modelServed?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      httpStatus?: number;
      sessionId?: string;
      endUser?: string;
      tag?: string;
      /** chat, embeddings, images … */
      operation?: string;
      stream?: boolean;
      paidBy?: "platform" | "organization";
      /** What the organization paid, at least. */
      costMin?: Usd;
      costMax?: Usd;
      /** How long the request took, at least. */
      totalMinMs?: number;
      totalMaxMs?: number;
      /** Or its beginning. */
      requestId?: string;
      /** The caller's own `x-request-id`, or its beginning. */
      clientRequestId?: string;
    };
    file: "text/csv; charset=utf-8";
  };
  /**
   * One request in full
   * Its attempts with their times, why it went where it went, what it cost line by line, what was lost in translation, and the transfer that paid for it.
   */
  'GET /logs/{requestId}': {
    params: {
      /** An id that begins with req_. */
      requestId: string;
    };
    answer: LogDetail;
  };
  /**
   * List sessions and runs of agents
   * Requests with the same `x-tollgate-session`, added up over the period; the session that was active last comes first. A page may be short; `next` says whether there is more.
   */
  'GET /sessions': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** By when the request started; the last 30 days when absent. */
      since?: Time;
      /** Before then. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** Id or name. */
      key?: string;
      /** An id that begins with prj_. */
      projectId?: string;
      /** An id that begins with mem_. */
      memberId?: string;
      /** As asked for or as served. */
      model?: string;
      modelAsked?: string;
      modelServed?: string;
      provider?: string;
      /** For operators alone. */
      credential?: string;
      status?: "completed" | "failed" | "cancelled" | "interrupted";
      errorKind?: string;
      httpStatus?: number;
      endUser?: string;
      tag?: string;
      /** chat, embeddings, images … */
      operation?: string;
      stream?: boolean;
      paidBy?: "platform" | "organization";
      /** What the organization paid, at least. */
      costMin?: Usd;
      costMax?: Usd;
      /** How long the request took, at least. */
      totalMinMs?: number;
      totalMaxMs?: number;
    };
    answer: {
      data: readonly Session[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * One session with its turns
   * Its first 200 requests, oldest first; `GET /logs?sessionId=` has all of them.
   */
  'GET /sessions/{sessionId}': {
    params: {
      sessionId: string;
    };
    query?: {
      /** By when the request started; the last 30 days when absent. */
      since?: Time;
      /** Before then. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      session: Session;
      turns: readonly LogEntry[];
      next: string | null;
    };
  };
  /** What is kept of prompts and answers */
  'GET /organizations/{organizationId}/content-settings': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: ContentRule;
  };
  /**
   * Change what is kept of prompts and answers
   * Effective for requests from then on. The organization says how much may be kept at all; keys and requests choose within that.
   */
  'PATCH /organizations/{organizationId}/content-settings': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      /** none: nothing is kept. asked: where a key or a request asks for it. all: what nobody forbids. */
      keep?: "none" | "asked" | "all";
      days?: number;
      /** Of a request, and of an answer; the rest is cut. */
      bytesMax?: number;
      redact?: {
        secrets?: boolean;
        patterns?: readonly string[];
      };
      /** Whether operators of the installation may read it who are no members of the organization. */
      operatorsMayRead?: boolean;
    };
    answer: ContentRule;
  };
  /**
   * How much of prompts and answers is kept now
   * Counted without opening any of it, up to ten thousand requests.
   */
  'GET /organizations/{organizationId}/content': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: ContentKept;
  };
  /**
   * Erase all kept prompts and answers of an organization
   * At once and for ever: the key that they lie under is erased, and without it nobody can read them. What is kept from then on gets a new key.
   */
  'DELETE /organizations/{organizationId}/content': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: undefined;
  };
  /**
   * Say whether prompts and answers of a key are kept
   * Within what its organization allows. A request may still say no.
   */
  'PUT /keys/{keyId}/content': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    body: {
      /** null: as the organization says. */
      content: "keep" | "none" | null;
    };
    answer: {
      keyId: string;
      content: "keep" | "none" | null;
    };
  };
  /** Whether prompts and answers of a key are kept */
  'GET /keys/{keyId}/content': {
    params: {
      /** An id that begins with key_. */
      keyId: string;
    };
    answer: {
      keyId: string;
      content: "keep" | "none" | null;
    };
  };
  /**
   * Prompt and answer of a request, where they are kept
   * Each reading is in the audit log.
   */
  'GET /logs/{requestId}/content': {
    params: {
      requestId: string;
    };
    answer: StoredContent;
  };
  /**
   * Counters of this instance, for Prometheus
   * Of prompts and answers that should be kept: how many were, how many were not and why, and what waits. Counted since the instance started.
   */
  'GET /metrics': {
    file: "text/plain; version=0.0.4; charset=utf-8";
  };
  /**
   * Erase an end user
   * Prompts, answers, sessions and the person's name go; what was used and paid stays, under a name that says nothing. It runs on by itself; ask for it by its id to see how far it is.
   */
  'POST /end-users/{endUserId}/erase': {
    params: {
      /** As the caller names it: the request's `user`. */
      endUserId: string;
    };
    body?: {
      /** The caller's own when absent. */
      organizationId?: string;
    };
    answer: EndUserErasure;
  };
  /** List erasures of end users, newest first */
  'GET /end-user-erasures': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly ListedErasure[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** How far an erasure is */
  'GET /end-user-erasures/{erasureId}': {
    params: {
      /** An id that begins with eue_. */
      erasureId: string;
    };
    answer: EndUserErasure;
  };
  /**
   * Stop an erasure
   * What is erased already stays so.
   */
  'POST /end-user-erasures/{erasureId}/cancel': {
    params: {
      /** An id that begins with eue_. */
      erasureId: string;
    };
    answer: EndUserErasure;
  };
  /**
   * All that is kept of an end user
   * JSON lines, streamed: each request, with its prompt and answer where they are kept.
   */
  'GET /end-users/{endUserId}/export': {
    params: {
      /** As the caller names it: the request's `user`. */
      endUserId: string;
    };
    query?: {
      /** The caller's own when absent. */
      organizationId?: string;
    };
    file: "application/x-ndjson";
  };
  /** Get what an organization has, holds and owes */
  'GET /organizations/{organizationId}/wallet': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: Wallet;
  };
  /**
   * Add money that was paid to the operator
   * A debt is paid first. With an `Idempotency-Key` the money moves once, however often it is sent.
   */
  'POST /organizations/{organizationId}/wallet/credits': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      amountUsd: UsdPositive;
      /** For people, on statements. */
      description?: string;
    };
    answer: Moved;
  };
  /**
   * Take paid money out again
   * Gateways give back what they do not hold first. What is spent already is refused, or becomes a debt that blocks all spending (`missing: owe`).
   */
  'POST /organizations/{organizationId}/wallet/take-backs': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      amountUsd: UsdPositive;
      /** refuse when absent. */
      missing?: "refuse" | "owe";
      /** For people, on statements. */
      description?: string;
    };
    answer: Moved;
  };
  /** List what moved, newest first */
  'GET /transfers': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
      from?: Time;
      /** Before then. */
      to?: Time;
    };
    answer: {
      data: readonly Transfer[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** List budgets, newest first */
  'GET /budgets': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Budget[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Create a budget
   * A request holds on all budgets that it counts for at once: those of its key, the key’s member and project, the organization and its tags.
   */
  'POST /budgets': {
    body: {
      /** That of the management key when absent. */
      organizationId?: string;
      owner: "organization" | "project" | "member" | "key" | "tag";
      /** Name or id of a project, member or key; the tag. Nothing for the organization. */
      ownerName?: string;
      unit: "usd" | "tokens" | "requests";
      /** By the clock of the organization; weeks begin on Monday. */
      window: "day" | "week" | "month" | "total";
      /** Dollars ("10.50"), or a whole number of tokens or requests ("1000000"). */
      limit: string;
      /** refuse when absent. */
      action?: "refuse" | "warn" | "switch";
      /** Of `switch`: the route that takes over. */
      switchTo?: string;
    };
    answer: Budget;
  };
  /** Get a budget */
  'GET /budgets/{budgetId}': {
    params: {
      /** An id that begins with bud_. */
      budgetId: string;
    };
    answer: Budget;
  };
  /**
   * Change a budget: what is left out stays
   * A new limit holds everywhere within a second, for the present window too.
   */
  'PATCH /budgets/{budgetId}': {
    params: {
      /** An id that begins with bud_. */
      budgetId: string;
    };
    body: {
      /** Dollars ("10.50"), or a whole number of tokens or requests ("1000000"). */
      limit?: string;
      action?: "refuse" | "warn" | "switch";
      switchTo?: string | null;
      disabled?: boolean;
    };
    answer: Budget;
  };
  /** Remove a budget, with what it counted */
  'DELETE /budgets/{budgetId}': {
    params: {
      /** An id that begins with bud_. */
      budgetId: string;
    };
    answer: undefined;
  };
  /**
   * Compare the configuration file with the database
   * Field by field: organizations with their projects and budgets, keys with theirs, providers, models and routes. Providers, models and routes of the file win over those of the database; organizations and keys of the file are brought into the database at each start, and changes made since then hold until the next.
   */
  'GET /drift': {
    query?: {
      kind?: "organization" | "key" | "provider" | "model" | "route";
      all?: "true" | "false";
    };
    answer: {
      data: readonly Drift[];
      counts: readonly ({
        kind: "organization" | "key" | "provider" | "model" | "route";
        file: number;
        database: number;
        both: number;
        different: number;
      })[];
    };
  };
  /**
   * Bring the file's part into the database
   * Organizations and keys as at a start: what the file says of them holds again. Routes and models that are named are copied, so that they stay when the file leaves them out; until then the file wins.
   */
  'POST /drift/import': {
    body: {
      /** Organizations and keys, all of them. */
      declared?: boolean;
      routes?: readonly string[];
      models?: readonly string[];
    };
    answer: {
      declared: boolean;
      routes: readonly string[];
      models: readonly string[];
    };
  };
  /**
   * The database as a configuration file
   * Organizations, keys, providers, models and routes as YAML. Secrets are not in it: each stands as a variable of the environment.
   */
  'GET /drift/export': {
    file: "application/yaml; charset=utf-8";
  };
  /** Get the installation's settings */
  'GET /settings': {
    answer: Settings;
  };
  /** Change the installation's settings */
  'PATCH /settings': {
    body: {
      defaultTimeZone?: string;
    };
    answer: {
      defaultTimeZone: string;
    };
  };
  /** Get an organization's settings */
  'GET /organizations/{organizationId}/settings': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: OrganizationSettings;
  };
  /**
   * Change an organization's settings
   * What is billed, and what it may spend, are its operator’s to change.
   */
  'PATCH /organizations/{organizationId}/settings': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      timeZone?: string;
    };
    answer: OrganizationSettings;
  };
  /**
   * List models, by id
   * Operators see every model of every provider that is known, at cost. Members see those that their organization may call, at the prices that it pays.
   */
  'GET /models': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      provider?: string;
      /** A part of the id or of an alias, whatever the case. */
      search?: string;
      callable?: boolean;
      source?: "file" | "api" | "catalogue" | "provider";
      /** Those that take this in. */
      input?: "text" | "image" | "pdf" | "audio" | "video";
      tools?: boolean;
      thinks?: boolean;
      contextTokensMin?: number;
    };
    answer: {
      data: readonly Model[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Add a model of your own
   * For a name that the catalogue does not have. It can be called on every instance within a second. A model that is known is changed with PATCH.
   */
  'POST /models': {
    body: {
      /** provider/name; the name may have slashes of its own. */
      id: string;
      /** A model without a price would be refused. */
      price: ModelPriceBody;
      /** From when on the price holds; absent: now. Requests that run keep the price they began with. */
      effectiveAt?: Time;
      aliases?: readonly string[];
      /** Size of the context window. */
      contextTokens?: number;
      /** Most output tokens of one answer. */
      outputTokensMax?: number;
      /** How it is asked to think by callers of another wire format. */
      thinking?: "none" | "budget" | "adaptive" | "effort";
      /** What it takes in. */
      inputs?: readonly ("text" | "image" | "pdf" | "audio" | "video")[];
      /** Whether it calls tools. */
      tools?: boolean;
    };
    answer: Model;
  };
  /** Get a model */
  'GET /models/{modelId}': {
    params: {
      /** provider/name as one segment: its slashes as %2F. */
      modelId: string;
    };
    answer: Model;
  };
  /**
   * Correct a model: its price, its limits, what it takes
   * What is left out stays; null goes back to what the catalogue says. Requests that begin from then on go by it, on every instance within a second; usage rows name the price that they were charged by. What the configuration file says of a model can only be changed there.
   */
  'PATCH /models/{modelId}': {
    params: {
      /** provider/name as one segment: its slashes as %2F. */
      modelId: string;
    };
    body: {
      price?: ModelPriceBody | null;
      /** From when on the price holds; absent: now. Requests that run keep the price they began with. */
      effectiveAt?: Time;
      contextTokens?: number | null;
      outputTokensMax?: number | null;
      thinking?: "none" | "budget" | "adaptive" | "effort" | null;
      inputs?: readonly ("text" | "image" | "pdf" | "audio" | "video")[] | null;
      tools?: boolean | null;
    };
    answer: Model;
  };
  /**
   * Take back what was said of a model
   * One that the catalogue knows is again as it says; one of your own is gone. Refused while a route names a model that would be gone.
   */
  'DELETE /models/{modelId}': {
    params: {
      /** provider/name as one segment: its slashes as %2F. */
      modelId: string;
    };
    answer: undefined;
  };
  /**
   * List changes of prices, newest first
   * Made through this API, by an import or a refreshed price list: from what, to what, when, by whom.
   */
  'GET /models/price-history': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      model?: string;
    };
    answer: {
      data: readonly ModelChange[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * List changes of models, newest first
   * Made through this API, by an import or a refreshed price list: from what, to what, when, by whom.
   */
  'GET /models/changes': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      model?: string;
    };
    answer: {
      data: readonly ModelChange[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * List other names of models
   * Those that were given here. The configuration file has its own, under `models.<name>.aliases`.
   */
  'GET /models/aliases': {
    answer: {
      data: readonly ModelAlias[];
    };
  };
  /**
   * Give a model another name
   * Refused where the name means something already, and where the model is an alias itself: no name hides another, and none leads in a circle. Callers use it within a second; the provider is asked for the model by its own name.
   */
  'POST /models/aliases': {
    body: {
      alias: string;
      /** provider/name; the name may have slashes of its own. */
      model: string;
    };
    answer: ModelAlias;
  };
  /**
   * Take a name back
   * Whoever asks for it from then on is told that there is no such model.
   */
  'DELETE /models/aliases/{aliasId}': {
    params: {
      /** provider/alias as one segment: its slashes as %2F. */
      aliasId: string;
    };
    answer: undefined;
  };
  /**
   * Ask a provider which models it has
   * With the key that requests use, and without spending anything. Nothing is changed: what is unknown here can be added with its price by POST /models or /models/import.
   */
  'POST /models/discover': {
    body: {
      provider: string;
    };
    answer: DiscoveredModels;
  };
  /**
   * Import models with their prices
   * A list, or a table whose first line names the columns. All of it or nothing: with a problem in any row the answer is 400 and nothing has changed. `dryRun` tells what would become of each row.
   */
  'POST /models/import': {
    body: {
      dryRun?: boolean;
      /** Each as ImportedModel. */
      models?: readonly unknown[];
      csv?: string;
    };
    answer: ModelImport;
  };
  /**
   * Refresh prices from their source
   * Goes on by itself: ask for it by its id, or cancel it. Data that is not whole and plausible is refused as a whole, and the last good prices stay in force. A price that changes more than `jumpFactor` times, or to or from nothing, has to be confirmed: nothing is applied until then. With `dryRun` nothing is applied at all. Own and corrected prices stay as they are.
   */
  'POST /models/sync-pricing': {
    body: {
      dryRun?: boolean;
      jumpFactor?: number;
      /** Models whose jumps are meant, or `all`. */
      confirm?: "all" | readonly string[];
    };
    answer: PriceSync;
  };
  /** List refreshes of prices, newest first */
  'GET /models/sync-pricing': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
    };
    answer: {
      data: readonly PriceSync[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Get a refresh of prices: how far it is, and what it changes */
  'GET /models/sync-pricing/{syncId}': {
    params: {
      syncId: string;
    };
    answer: PriceSync;
  };
  /**
   * Cancel a refresh of prices
   * Nothing of it is applied. One that has ended stays as it is: 409.
   */
  'DELETE /models/sync-pricing/{syncId}': {
    params: {
      syncId: string;
    };
    answer: undefined;
  };
  /**
   * List routes, by name
   * Those that were made here. Routes of the configuration file stand there.
   */
  'GET /routes': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
    };
    answer: {
      data: readonly Route[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Make a route
   * Every instance serves it within a second. A name that the configuration file has is refused: the file wins.
   */
  'POST /routes': {
    body: {
      /** What callers write as `model`. */
      name: string;
      definition: RouteDefinition;
    };
    answer: Route;
  };
  /** Get a route */
  'GET /routes/{routeName}': {
    params: {
      routeName: string;
    };
    answer: Route;
  };
  /**
   * Replace the definition of a route
   * Requests from then on go by the new one, on every instance within a second.
   */
  'PUT /routes/{routeName}': {
    params: {
      routeName: string;
    };
    body: {
      definition: RouteDefinition;
      /** Refused with 409 where it is at another version by now. */
      ifVersion?: number;
    };
    answer: Route;
  };
  /**
   * Delete a route
   * Refused while another route, or a budget, leads to it.
   */
  'DELETE /routes/{routeName}': {
    params: {
      routeName: string;
    };
    answer: undefined;
  };
  /**
   * List the routes of the configuration file
   * They win over those that are made here, and are changed there.
   */
  'GET /declared-routes': {
    answer: {
      data: readonly {
        /** What callers write as `model`. */
        name: string;
        definition: Readonly<Record<string, unknown>>;
      }[];
    };
  };
  /**
   * List what a route was, newest first
   * Also of a route that was deleted: it can be had back by its last version.
   */
  'GET /routes/{routeName}/versions': {
    params: {
      routeName: string;
    };
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      after?: string;
    };
    answer: {
      data: readonly RouteVersion[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Make a route again what it was
   * As one more version, so nothing is lost. Checked as any definition: a version that names a model that is gone is refused.
   */
  'POST /routes/{routeName}/roll-back': {
    params: {
      routeName: string;
    };
    body: {
      version: number;
    };
    answer: Route;
  };
  /**
   * See who would be asked for a sample request, and why
   * By the code that decides for real requests, with what this instance has measured. Nobody is asked and nothing is stored. With `definition` for a route that does not exist yet, or as it would be; else for the model that the request names. Costs are what the organization would pay.
   */
  'POST /routes/simulate': {
    body: {
      /** A chat as its caller would send it, in any of the wire formats. */
      request: Readonly<Record<string, unknown>>;
      dialect?: "openai-chat" | "openai-responses" | "anthropic" | "gemini" | "bedrock-converse";
      /** Of the route that `definition` is or replaces. */
      name?: string;
      definition?: RouteDefinition;
      /** As whose request; absent: as one of your own organization. */
      organizationId?: string;
      /** As header x-tollgate-session. */
      session?: string;
      /** As header x-tollgate-tags. */
      tags?: string;
    };
    answer: RouteSimulation;
  };
  /**
   * See what a route would have done with requests that were made
   * Newest first, some hundred at a time: add the answers up, and ask on with `next` until you have enough. Each request is decided by the code that decides, knowing what it turned out to use; success and latency are expected from how models did in the same days. What was said is not kept, so smart routing goes by length and tags alone. Costs are at the provider’s price.
   */
  'POST /routes/backtest': {
    body: {
      /** Of the route that `definition` is or replaces. */
      name?: string;
      definition: RouteDefinition;
      /** Whose requests: those that asked for this; absent: for `name`. */
      modelAsked?: string;
      /** Absent: your own. */
      organizationId?: string;
      days?: number;
      /** Absent: now. Say the same with each `next`. */
      until?: Time;
      after?: string;
      limit?: number;
    };
    answer: RouteBacktest;
  };
  /** List an organization's own keys for providers */
  'GET /organizations/{organizationId}/provider-keys': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: {
      data: readonly ProviderKey[];
    };
  };
  /**
   * Set the organization's own key for a provider
   * Its requests to this provider use it within a second, before any other key; nobody else ever does. The key is kept sealed and never shown again. With `fallback`, the key of the installation is used where it fails. Only operators may name an address.
   */
  'PUT /organizations/{organizationId}/provider-keys/{provider}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      provider: string;
    };
    body: {
      /** It is never shown again. */
      apiKey: string;
      fallback?: boolean;
      baseUrl?: string;
      /** What the vendor wants to know beside the key: region, resource. */
      settings?: Readonly<Record<string, string>>;
    };
    answer: ProviderKey;
  };
  /** Delete the organization's own key for a provider */
  'DELETE /organizations/{organizationId}/provider-keys/{provider}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      provider: string;
    };
    answer: undefined;
  };
  /**
   * Test the organization's own key for a provider
   * Asks the provider for its list of models, which costs nothing.
   */
  'POST /organizations/{organizationId}/provider-keys/{provider}/test': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      provider: string;
    };
    answer: ConnectionVerdict;
  };
  /** List vendors, and what each needs to be told */
  'GET /vendors': {
    answer: {
      data: readonly Vendor[];
    };
  };
  /**
   * List providers, by name
   * Those of the configuration file and the environment, and those that were made here, with their credentials and how these do at the instance that answers. Never a secret.
   */
  'GET /providers': {
    answer: {
      data: readonly Provider[];
    };
  };
  /**
   * Make a provider
   * Every instance asks it within a second. With `apiKey` it gets its first credential; a server that takes no key needs a `baseUrl` alone.
   */
  'POST /providers': {
    body: {
      /** The first part of `provider/name`, as callers write models. */
      name: string;
      /** A vendor of `GET /vendors`. Absent: the name says it. */
      vendor?: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      enabled?: boolean;
      baseUrl?: string | null;
      /** What the vendor wants to know beside the key: `GET /vendors` says which. */
      settings?: Readonly<Record<string, string>>;
      /** Models served there beyond those of the catalogue. */
      models?: readonly string[];
      inRegion?: string | null;
      /** `deny`: it neither keeps nor trains on what it is sent, you say. */
      dataCollection?: "allow" | "deny";
      capacity?: {
        concurrentRequests?: number;
        requestsPerMinute?: number;
      } | null;
    };
    answer: Provider;
  };
  /** Get a provider */
  'GET /providers/{providerName}': {
    params: {
      providerName: string;
    };
    answer: Provider;
  };
  /**
   * Change a provider
   * What is left out stays. Another host is refused while there are credentials for this one: nobody can send a key elsewhere than where it was given for.
   */
  'PATCH /providers/{providerName}': {
    params: {
      providerName: string;
    };
    body: {
      /** A vendor of `GET /vendors`. Absent: the name says it. */
      vendor?: string;
      enabled?: boolean;
      baseUrl?: string | null;
      /** What the vendor wants to know beside the key: `GET /vendors` says which. */
      settings?: Readonly<Record<string, string>>;
      /** Models served there beyond those of the catalogue. */
      models?: readonly string[];
      inRegion?: string | null;
      /** `deny`: it neither keeps nor trains on what it is sent, you say. */
      dataCollection?: "allow" | "deny";
      capacity?: {
        concurrentRequests?: number;
        requestsPerMinute?: number;
      } | null;
    };
    answer: Provider;
  };
  /**
   * Delete a provider and its credentials
   * Refused while a route leads to it. What its credentials kept secret is gone.
   */
  'DELETE /providers/{providerName}': {
    params: {
      providerName: string;
    };
    answer: undefined;
  };
  /**
   * Test a connection before it is kept
   * Asks the provider for its list of models, which costs nothing. Nothing is kept.
   */
  'POST /providers/test': {
    body: {
      /** A vendor of `GET /vendors`. Absent: the name says it. */
      vendor: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      /** Address that the paths of its API are appended to. */
      baseUrl?: string;
      /** What the vendor wants to know beside the key: `GET /vendors` says which. */
      settings?: Readonly<Record<string, string>>;
    };
    answer: ConnectionVerdict;
  };
  /**
   * Test the connections of a provider
   * Asks it with each of its credentials, which costs nothing.
   */
  'POST /providers/{providerName}/test': {
    params: {
      providerName: string;
    };
    answer: {
      /** With every credential. */
      ok: boolean;
      data: readonly ({
        credentialId: string;
        name: string;
        ok: boolean;
        verdict: "ok" | "reachable" | "wrong-key" | "no-access" | "no-quota" | "rate-limited" | "wrong-address" | "dns" | "tls" | "timeout" | "unreachable" | "provider-error" | "not-set-up";
        message: string;
        remedy: string | null;
        /** Of the provider's answer. */
        status: number | null;
        latencyMs: number | null;
        /** How many models it lists. */
        models: number | null;
      })[];
    };
  };
  /**
   * Add a credential to a provider
   * Those of the lowest priority are asked by their weights; where they fail, are refused or have no quota left, the next ones.
   */
  'POST /providers/{providerName}/credentials': {
    params: {
      providerName: string;
    };
    body: {
      /** For people: `account 2`. */
      name?: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      baseUrl?: string | null;
      /** Its share among those of the same priority. */
      weight?: number;
      /** Lower ones are asked first; the others when those fail. */
      priority?: number;
      enabled?: boolean;
    };
    answer: ProviderCredential;
  };
  /**
   * Change a credential, or give its new key
   * What is left out stays. Requests under way end with the key they began with; new ones use the new key, on every instance within a second.
   */
  'PATCH /providers/{providerName}/credentials/{credentialId}': {
    params: {
      providerName: string;
      /** An id that begins with crd_. */
      credentialId: string;
    };
    body: {
      /** For people: `account 2`. */
      name?: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      baseUrl?: string | null;
      /** Its share among those of the same priority. */
      weight?: number;
      /** Lower ones are asked first; the others when those fail. */
      priority?: number;
      enabled?: boolean;
    };
    answer: ProviderCredential;
  };
  /** Delete a credential */
  'DELETE /providers/{providerName}/credentials/{credentialId}': {
    params: {
      providerName: string;
      /** An id that begins with crd_. */
      credentialId: string;
    };
    answer: undefined;
  };
  /**
   * List upstreams: every credential at its address
   * By provider, then by priority. The same credentials as under `/providers`.
   */
  'GET /upstreams': {
    answer: {
      data: readonly Upstream[];
    };
  };
  /**
   * Add an upstream
   * To a provider that is there, or to a new one of this vendor.
   */
  'POST /upstreams': {
    body: {
      /** The first part of `provider/name`, as callers write models. */
      provider: string;
      /** A vendor of `GET /vendors`. Absent: the name says it. */
      vendor?: string;
      /** What the vendor wants to know beside the key: `GET /vendors` says which. */
      settings?: Readonly<Record<string, string>>;
      /** Models served there beyond those of the catalogue. */
      models?: readonly string[];
      /** For people: `account 2`. */
      name?: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      baseUrl?: string | null;
      /** Its share among those of the same priority. */
      weight?: number;
      /** Lower ones are asked first; the others when those fail. */
      priority?: number;
      enabled?: boolean;
    };
    answer: Upstream;
  };
  /** Get an upstream */
  'GET /upstreams/{upstreamId}': {
    params: {
      upstreamId: string;
    };
    answer: Upstream;
  };
  /** Change an upstream */
  'PATCH /upstreams/{upstreamId}': {
    params: {
      upstreamId: string;
    };
    body: {
      /** For people: `account 2`. */
      name?: string;
      /** It is kept sealed, and never shown again. */
      apiKey?: string;
      baseUrl?: string | null;
      /** Its share among those of the same priority. */
      weight?: number;
      /** Lower ones are asked first; the others when those fail. */
      priority?: number;
      enabled?: boolean;
    };
    answer: Upstream;
  };
  /** Delete an upstream */
  'DELETE /upstreams/{upstreamId}': {
    params: {
      upstreamId: string;
    };
    answer: undefined;
  };
  /**
   * See under which master key secrets lie
   * While a rotation runs, `current` grows until it is `rows`. With `verify`, every secret is opened once.
   */
  'GET /secrets': {
    query?: {
      verify?: boolean;
    };
    answer: SecretsStatus;
  };
  /**
   * Bring all secrets under the master key of now
   * Runs as a job, in batches, while requests go on; after a restart it goes on where it was. The answer is the state before it. First give every instance the new `secrets.masterKey` and the one before in `secrets.previousMasterKeys`.
   */
  'POST /secrets/rotate': {
    answer: SecretsStatus;
  };
  /** List plans, the cheapest first */
  'GET /plans': {
    query?: {
      includeEnded?: boolean;
    };
    answer: {
      data: readonly Plan[];
    };
  };
  /**
   * Sell a plan
   * What a plan says never changes. One of the same name that is for sale ends; who has it keeps it.
   */
  'POST /plans': {
    body: {
      name: string;
      /** In whole cents; 0: free. */
      monthlyUsd: Usd;
      allowanceUsd: Usd;
      /** When the allowance is used up: nothing more, the wallet pays, or a bill later. */
      overage: "stop" | "wallet" | "invoice";
      limits?: Limits;
      /** Patterns that narrow those of every key. */
      models?: readonly string[];
      /** Hundredths of a percent on the cost. */
      markupBasisPoints?: number;
    };
    answer: Plan;
  };
  /** Stop selling a plan */
  'POST /plans/{planId}/end': {
    params: {
      /** An id that begins with plan_. */
      planId: string;
    };
    answer: Plan;
  };
  /** List subscriptions, newest first */
  'GET /subscriptions': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Subscription[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Get an organization's plan */
  'GET /organizations/{organizationId}/subscription': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: Subscription;
  };
  /**
   * Start a plan
   * Its first month is paid from the wallet, goes onto the bill (`invoice`, for operators alone), or is paid on a page of Stripe, whose address is answered: then the plan begins when Stripe has confirmed it.
   */
  'POST /organizations/{organizationId}/subscription': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      /** Id or name of a plan that is for sale. */
      plan: string;
      /** wallet when absent. */
      pays?: "wallet" | "invoice" | "stripe";
      /** For `stripe`. */
      successUrl?: string;
      /** For `stripe`. */
      cancelUrl?: string;
    };
    answer: {
      subscription: Subscription | null;
      checkout: {
        paymentId: string;
        url: string;
      } | null;
    };
  };
  /** Ask what another plan would cost now */
  'POST /organizations/{organizationId}/subscription/preview': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      /** Id or name of a plan that is for sale. */
      plan: string;
      /** That of the preview. */
      prorationAt?: Time;
    };
    answer: PlanChange;
  };
  /**
   * Change to another plan
   * A dearer one holds at once, for the difference of both for the time that is left; a cheaper one from the next month on. The plan that runs takes back what was ordered. What Stripe bills, Stripe prorates.
   */
  'POST /organizations/{organizationId}/subscription/change': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      /** Id or name of a plan that is for sale. */
      plan: string;
      /** That of the preview. */
      prorationAt?: Time;
    };
    answer: Subscription;
  };
  /**
   * Cancel a plan
   * At the end of its month, or at once: then the unused part of its price goes into the wallet, by the smaller of the time and the allowance that are left. Afterwards the organization spends its wallet.
   */
  'POST /organizations/{organizationId}/subscription/cancel': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      when: "period-end" | "now";
    };
    answer: {
      subscription: Subscription;
      paidBackUsd: Usd;
    };
  };
  /** List prices, newest first */
  'GET /prices': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
      includeEnded?: "true" | "false";
    };
    answer: {
      data: readonly SalePrice[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Set a price: a markup, or fixed rates
   * For one organization or everybody, for one model, a pattern or all. The nearest owner decides, then the longest pattern; a price of the same owner and pattern ends. A price below cost is taken, with a warning.
   */
  'POST /prices': {
    body: {
      /** An id that begins with org_. */
      organizationId?: string;
      /** `provider/name` with its dated names, or a beginning of it with `*` at its end: `openai/*`. */
      model?: string;
      /** Hundredths of a percent: 2000 is 20 %. */
      markupBasisPoints?: number;
      price?: Price;
    };
    answer: {
      price: SalePrice;
      warnings: readonly string[];
    };
  };
  /**
   * End a price
   * Requests from then on pay by the next price that fits, or what the provider charges.
   */
  'POST /prices/{priceId}/end': {
    params: {
      /** An id that begins with sp_. */
      priceId: string;
    };
    answer: SalePrice;
  };
  /** List credit that was given, newest first */
  'GET /credits': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Credit[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Give credit, which is spent before paid money
   * What ends first is spent first. Trial credit is given once to each organization.
   */
  'POST /organizations/{organizationId}/credits': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      kind: "trial" | "promotional";
      amountUsd: UsdPositive;
      /** What is left then is taken back within a minute; never when absent. */
      expiresAt?: Time;
      description?: string;
    };
    answer: Credit;
  };
  /**
   * What customers paid against what providers took
   * Exact sums of the rows of usage, by when a request started; days newest first, everything else by revenue; at most 1,000 groups, and the total of all.
   */
  'GET /margin': {
    query: {
      by: "day" | "customer" | "model" | "provider" | "key";
      since?: Time;
      /** Before. */
      until?: Time;
      /** An id that begins with org_. */
      organizationId?: string;
      /** By which days begin: Europe/Berlin. UTC when absent. */
      timeZone?: string;
    };
    answer: Margin;
  };
  /**
   * Open a page for a payment
   * Answers the address of a page of Stripe: `top-up` takes an amount, `card` saves a card for automatic top-ups. The money is in the wallet when Stripe has confirmed it.
   */
  'POST /organizations/{organizationId}/checkout': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      mode?: "top-up" | "card";
      /** For `top-up`. */
      amountUsd?: UsdPositive;
      /** The card may be charged automatically later. */
      saveCard?: boolean;
      successUrl?: string;
      cancelUrl?: string;
    };
    answer: Checkout;
  };
  /**
   * Get the automatic top-up
   * One that was never set is not enabled.
   */
  'GET /organizations/{organizationId}/automatic-top-up': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: AutomaticTopUp;
  };
  /**
   * Set the automatic top-up
   * The saved card is charged once each time the balance falls below the threshold. Three declines in a row turn it off.
   */
  'PUT /organizations/{organizationId}/automatic-top-up': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      enabled: boolean;
      thresholdUsd: UsdPositive;
      amountUsd: UsdPositive;
    };
    answer: AutomaticTopUp;
  };
  /** Open the customer portal of Stripe */
  'POST /organizations/{organizationId}/portal': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body?: {
      returnUrl?: string;
    };
    answer: Portal;
  };
  /** List payments, newest first */
  'GET /payments': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Payment[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Get a payment */
  'GET /payments/{paymentId}': {
    params: {
      /** An id that begins with pay_. */
      paymentId: string;
    };
    answer: Payment;
  };
  /**
   * Give a payment back, or a part of it
   * Stripe returns the money, and the wallet loses it. What was spent already is refused, or with `evenIfSpent` owed: that blocks spending until it is paid.
   */
  'POST /payments/{paymentId}/refund': {
    params: {
      /** An id that begins with pay_. */
      paymentId: string;
    };
    body?: {
      amountUsd?: UsdPositive;
      evenIfSpent?: boolean;
    };
    answer: Payment;
  };
  /**
   * Charge the saved card for an invoice now
   * An invoice that is due is charged by itself, and tried again after a decline. This does not wait for either, and begins again where it was stopped. The payment says how it went.
   */
  'POST /invoices/{invoiceId}/collect': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    answer: Payment;
  };
  /**
   * Take an event of Stripe
   * For Stripe alone, which signs what it sends.
   */
  'POST /stripe/webhook': {
    answer: undefined;
  };
  /** List invoices, newest first */
  'GET /invoices': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
      status?: "open" | "paid" | "void";
      /** A month: 2026-11. */
      period?: string;
    };
    answer: {
      data: readonly Invoice[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Get an invoice */
  'GET /invoices/{invoiceId}': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    answer: Invoice;
  };
  /** Get an invoice as PDF */
  'GET /invoices/{invoiceId}/pdf': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    file: "application/pdf";
  };
  /**
   * Get the lines and totals of an invoice as a table
   * Amounts are exact to the nano-dollar. Text that a table program would run as a formula is quoted.
   */
  'GET /invoices/{invoiceId}/csv': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    file: "text/csv; charset=utf-8";
  };
  /**
   * Say that an invoice was paid
   * The whole open amount. An invoice that is paid already stays as it is.
   */
  'POST /invoices/{invoiceId}/pay': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    body: {
      /** What the payment is known by: of a bank statement. */
      reference?: string;
    };
    answer: Invoice;
  };
  /**
   * Take an invoice back, all of it or a part
   * What is not paid yet is not to be paid any more; what was paid goes to the wallet, and to a debt before that. An open invoice that is credited whole becomes void. Invoices themselves never change.
   */
  'POST /invoices/{invoiceId}/credit-notes': {
    params: {
      /** An id that begins with inv_. */
      invoiceId: string;
    };
    body: {
      /** With its tax; all that is left when absent. */
      amountUsd?: UsdPositive;
      /** For the customer, on the credit note. */
      reason: string;
    };
    answer: CreditNote;
  };
  /** Get a credit note as PDF */
  'GET /credit-notes/{creditNoteId}/pdf': {
    params: {
      /** An id that begins with cn_. */
      creditNoteId: string;
    };
    file: "application/pdf";
  };
  /**
   * Close a month now, instead of within the hour
   * Closes all months up to this one that are over by the time zone of the organization. Asked again, it answers the same. Conflict: there was nothing to charge for in this month.
   */
  'POST /organizations/{organizationId}/invoices': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      /** A month: 2026-11. */
      period: string;
    };
    answer: Invoice;
  };
  /** List payments into wallets, newest first */
  'GET /receipts': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Receipt[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** Get the receipt of a payment as PDF */
  'GET /receipts/{transferId}/pdf': {
    params: {
      /** An id that begins with tr_. */
      transferId: string;
    };
    file: "application/pdf";
  };
  /** Get who sells */
  'GET /invoice-seller': {
    answer: {
      details: SellerDetails;
      /** Rate of tax in hundredths of a percent: 1900 is 19 %. */
      taxBasisPoints: number;
      /** How long a customer has to pay. */
      paymentDays: number;
    };
  };
  /**
   * Set who sells; from then on months become invoices
   * Invoices that are there keep what they say. The first time, all months that are over become invoices.
   */
  'PUT /invoice-seller': {
    body: {
      details: SellerDetails;
      /** Rate of tax in hundredths of a percent: 1900 is 19 %. */
      taxBasisPoints: number;
      /** How long a customer has to pay. */
      paymentDays: number;
    };
    answer: {
      details: SellerDetails;
      /** Rate of tax in hundredths of a percent: 1900 is 19 %. */
      taxBasisPoints: number;
      /** How long a customer has to pay. */
      paymentDays: number;
    };
  };
  /** Get what invoices say of a customer */
  'GET /organizations/{organizationId}/billing-details': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: Buyer;
  };
  /** Set what invoices say of a customer */
  'PUT /organizations/{organizationId}/billing-details': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      name?: string;
      /** Lines. */
      address?: readonly string[];
      /** VAT number or the like. */
      taxId?: string;
      email?: string;
    };
    answer: Buyer;
  };
  /** Set a customer's rate of tax */
  'PUT /organizations/{organizationId}/tax': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      taxBasisPoints: number | null;
      reverseCharge: boolean;
    };
    answer: Buyer;
  };
  /** List alerts, newest first, with whether they got there */
  'GET /alerts': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: {
      data: readonly Alert[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /** List the rules of all organizations without their own, and of the installation */
  'GET /alert-rules': {
    answer: {
      data: readonly AlertRule[];
    };
  };
  /** Replace a rule of all organizations, or of the installation */
  'PUT /alert-rules/{kind}': {
    params: {
      kind: "budget" | "low-balance" | "anomaly" | "ledger-drift" | "house-overrun";
    };
    body: {
      /** budget: of a budget's limit. low-balance: one, of the last payment. */
      percents?: readonly number[];
      /** low-balance: instead of a percentage. anomaly and house-overrun: at least this much. */
      amountUsd?: UsdPositive;
      /** anomaly: how many times the usual hour. */
      factor?: number;
      disabled?: boolean;
    };
    answer: {
      data: readonly AlertRule[];
    };
  };
  /** List the rules that hold for an organization */
  'GET /organizations/{organizationId}/alert-rules': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: {
      data: readonly AlertRule[];
    };
  };
  /** Replace a rule of an organization */
  'PUT /organizations/{organizationId}/alert-rules/{kind}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      kind: "budget" | "low-balance" | "anomaly";
    };
    body: {
      /** budget: of a budget's limit. low-balance: one, of the last payment. */
      percents?: readonly number[];
      /** low-balance: instead of a percentage. anomaly and house-overrun: at least this much. */
      amountUsd?: UsdPositive;
      /** anomaly: how many times the usual hour. */
      factor?: number;
      disabled?: boolean;
    };
    answer: {
      data: readonly AlertRule[];
    };
  };
  /** Take back a rule of an organization: that of all holds again */
  'DELETE /organizations/{organizationId}/alert-rules/{kind}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      kind: "budget" | "low-balance" | "anomaly";
    };
    answer: {
      data: readonly AlertRule[];
    };
  };
  /** Get the mail addresses of the operators, who get all alerts */
  'GET /alert-emails': {
    answer: {
      emails: readonly string[];
    };
  };
  /** Replace the mail addresses of the operators, who get all alerts */
  'PUT /alert-emails': {
    body: {
      emails: readonly string[];
    };
    answer: {
      emails: readonly string[];
    };
  };
  /** Get the mail addresses of an organization */
  'GET /organizations/{organizationId}/alert-emails': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: {
      emails: readonly string[];
    };
  };
  /** Replace the mail addresses of an organization */
  'PUT /organizations/{organizationId}/alert-emails': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      emails: readonly string[];
    };
    answer: {
      emails: readonly string[];
    };
  };
  /**
   * Send a test alert to the operators
   * To every endpoint and address that would get a real one. `GET /alerts` says whether it got there.
   */
  'POST /alerts/test': {
    answer: Alert;
  };
  /**
   * Send a test alert of an organization
   * To every endpoint and address that would get a real one. `GET /alerts` says whether it got there.
   */
  'POST /organizations/{organizationId}/alerts/test': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: Alert;
  };
  /** List webhook endpoints, newest first */
  'GET /webhook-endpoints': {
    answer: {
      data: readonly WebhookEndpoint[];
    };
  };
  /**
   * Create a webhook endpoint; its secret is shown once
   * Alerts are posted to it as JSON, signed as https://www.standardwebhooks.com says. Without `organizationId` it is the own one of an organization key, and for an operator it gets all alerts. Only operators may name an address in a private network, or one without TLS.
   */
  'POST /webhook-endpoints': {
    body: {
      url: string;
      /** An id that begins with org_. */
      organizationId?: string;
    };
    answer: CreatedWebhookEndpoint;
  };
  /** Make a new secret; the old one signs beside it for a day */
  'POST /webhook-endpoints/{endpointId}/rotate': {
    params: {
      /** An id that begins with whe_. */
      endpointId: string;
    };
    answer: CreatedWebhookEndpoint;
  };
  /** Delete a webhook endpoint */
  'DELETE /webhook-endpoints/{endpointId}': {
    params: {
      /** An id that begins with whe_. */
      endpointId: string;
    };
    answer: undefined;
  };
  /**
   * Who changed what
   * Newest first: each request that changed something, with what was there before and after, and each sign-in. Nothing here is ever changed or removed. An organization sees what was done to its things, by operators too, but not which operator.
   */
  'GET /audit': {
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
      /** An id that begins with org_. */
      organizationId?: string;
      /** The id of a key or a user. */
      actorId?: string;
      /** `PATCH /keys/{keyId}`, `sign-in`. */
      action?: string;
      /** `keys`, `budgets`, `organizations`. */
      resourceKind?: string;
      resourceId?: string;
      requestId?: string;
      since?: Time;
      /** Not itself. */
      until?: Time;
    };
    answer: {
      data: readonly AuditEntry[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * The audit log as a file
   * All that the filters say, newest first, as CSV or as JSON lines; streamed, so it may be of any length.
   */
  'GET /audit/export': {
    query?: {
      /** csv when absent. */
      format?: "csv" | "jsonl";
      /** An id that begins with org_. */
      organizationId?: string;
      /** The id of a key or a user. */
      actorId?: string;
      /** `PATCH /keys/{keyId}`, `sign-in`. */
      action?: string;
      /** `keys`, `budgets`, `organizations`. */
      resourceKind?: string;
      resourceId?: string;
      requestId?: string;
      since?: Time;
      /** Not itself. */
      until?: Time;
    };
    file: "text/csv; charset=utf-8";
  };
  /** One entry of the audit log */
  'GET /audit/{auditId}': {
    params: {
      /** An id that begins with aud_. */
      auditId: string;
    };
    answer: AuditEntry;
  };
  /** Get this API as OpenAPI 3.1 */
  'GET /openapi.json': {
    answer: {
      openapi: string;
    };
  };
  /** Read this API as a page */
  'GET /docs': {
    file: "text/html; charset=utf-8";
  };
  /** Get the page's style */
  'GET /docs/style.css': {
    file: "text/css; charset=utf-8";
  };
  /** List the people of an organization, newest first */
  'GET /organizations/{organizationId}/members': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    query?: {
      /** Rows on a page; 50 when absent. */
      limit?: number;
      /** The `next` of the page before. */
      after?: string;
    };
    answer: {
      data: readonly Member[];
      /** For `after`, to get the next page; null on the last one. */
      next: string | null;
    };
  };
  /**
   * Give a member another role
   * Ends all sessions of the member. Nobody gives a role above their own, and one owner always stays. Management keys whose text the member was shown may no more than the new role from then on, and open invitations to a higher one are revoked.
   */
  'PATCH /organizations/{organizationId}/members/{memberId}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      /** An id that begins with mem_. */
      memberId: string;
    };
    body: {
      role: "owner" | "admin" | "billing" | "developer" | "viewer";
    };
    answer: ChangedMember;
  };
  /**
   * Remove a member
   * Ends all sessions of the member, and revokes invitations that they made and management keys whose text they were shown. Their keys for calling are in use by programs: they go on, and the answer names them.
   */
  'DELETE /organizations/{organizationId}/members/{memberId}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      /** An id that begins with mem_. */
      memberId: string;
    };
    query?: {
      /** revoke-management when absent. revoke-all: those for calling too. keep: none is revoked. */
      keys?: "revoke-management" | "revoke-all" | "keep";
    };
    answer: RemovedMember;
  };
  /**
   * List the keys that a member would leave behind
   * In force, in this organization: made or rotated by the member, or belonging to them.
   */
  'GET /organizations/{organizationId}/members/{memberId}/keys': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      /** An id that begins with mem_. */
      memberId: string;
    };
    answer: {
      data: readonly TheirKey[];
    };
  };
  /**
   * Leave an organization
   * For a person who is signed in. The last owner cannot. Management keys that the person was shown are revoked; keys for calling go on.
   */
  'POST /organizations/{organizationId}/leave': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: undefined;
  };
  /** List invitations that are open */
  'GET /organizations/{organizationId}/invitations': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    answer: {
      data: readonly Invitation[];
    };
  };
  /**
   * Invite somebody
   * Where mail is configured, the link goes to the address alone; elsewhere the answer has it, once. An open invitation of the same address is replaced. It works for seven days.
   */
  'POST /organizations/{organizationId}/invitations': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
    };
    body: {
      email: string;
      role: "owner" | "admin" | "billing" | "developer" | "viewer";
    };
    answer: {
      id: string;
      email: string;
      role: "owner" | "admin" | "billing" | "developer" | "viewer";
      invitedBy: string;
      /** The link went to the address alone. */
      mailed: boolean;
      createdAt: Time;
      expiresAt: Time;
      /** Shown only now. null: it was mailed. */
      url: string | null;
    };
  };
  /** Revoke an invitation */
  'DELETE /organizations/{organizationId}/invitations/{invitationId}': {
    params: {
      /** An id that begins with org_. */
      organizationId: string;
      /** An id that begins with invt_. */
      invitationId: string;
    };
    answer: undefined;
  };
  /** See what an invitation is for */
  'POST /invitations/look': {
    body: {
      token: string;
    };
    answer: {
      organization: string;
      email: string;
      role: "owner" | "admin" | "billing" | "developer" | "viewer";
      invitedBy: string;
      expiresAt: Time;
      /** The address has an account: sign in with it, then accept. */
      hasAccount: boolean;
    };
  };
  /**
   * Accept an invitation
   * Without an account: with a name, and a password or, where single sign-on is configured, none. With one: with the session of the invited address.
   */
  'POST /invitations/accept': {
    body: {
      token: string;
      name?: string;
      password?: string;
    };
    answer: {
      organizationId: string;
      email: string;
    };
  };
  /** See who you are, and what you may do */
  'GET /me': {
    answer: Me;
  };
  /** Change your name */
  'PATCH /me': {
    body: {
      name: string;
    };
    answer: Me;
  };
  /** List where you are signed in */
  'GET /me/sessions': {
    answer: {
      data: readonly AccountSession[];
    };
  };
  /** End one of your sessions */
  'DELETE /me/sessions/{accountSessionId}': {
    params: {
      /** An id that begins with ses_. */
      accountSessionId: string;
    };
    answer: undefined;
  };
  /** End all of your sessions but this one */
  'POST /me/sessions/end-others': {
    answer: undefined;
  };
  /** See whether somebody owns this installation, and how people sign in */
  'GET /bootstrap': {
    answer: Bootstrap;
  };
  /**
   * Become the first owner
   * Works while nobody owns the installation, with the token that `tollgate serve` or `tollgate admin link` printed. A browser is signed in by the answer; a script asks for a management key.
   */
  'POST /bootstrap': {
    body: {
      token: string;
      email: string;
      name: string;
      password: string;
      /** true: the answer has a management key of the scope operator. */
      managementKey?: boolean;
    };
    answer: {
      userId: string;
      organizationId: string;
      /** Shown only now. */
      managementKey: string | null;
    };
  };
  /**
   * Set a new password by a link
   * With the token of a link that `tollgate admin link --email ADDRESS` printed. It ends all sessions of the user.
   */
  'POST /sign-in-links/use': {
    body: {
      token: string;
      password: string;
    };
    answer: {
      email: string;
    };
  };
}
