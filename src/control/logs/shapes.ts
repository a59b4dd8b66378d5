/** What the routes of the log answer, and how it is made of rows. */
import { z } from 'zod';
import type { ChargeLine } from '../../catalog/charge-lines.ts';
import { formatPicoUsd } from '../../lib/money.ts';
import type { Caller } from '../api/caller.ts';
import { time, usd } from '../api/fields.ts';
import { decision, decisionCosts, shownCosts, shownDecision } from '../usage/decision.ts';
import type { DetailTransfer, RequestDetail } from './detail.ts';
import type { Explained, SaleTerms } from './explain.ts';
import type { LogRow } from './list.ts';

const count = z.number();
const text = z.string().nullable();
const whoPaid = z.enum(['platform', 'organization']);

const head = {
  requestId: z.string(),
  startedAt: time,
  organizationId: z.string(),
  organizationName: text,
  keyId: z.string(),
  keyName: text,
  operation: z.string(),
  modelAsked: z.string(),
  modelServed: text,
  clientDialect: z.string(),
  status: z.string().describe('completed, failed, cancelled or interrupted.'),
  httpStatus: count.describe('What the caller saw; 0 when it was gone.'),
  errorKind: text,
  stream: z.boolean(),
  chargeUsd: usd.describe('What the organization pays.'),
  costUsd: usd.nullable().describe('What the provider takes; for operators alone.'),
  inputTokens: count.describe('Without what a cache gave or took.'),
  outputTokens: count.describe('With thinking.'),
  cacheReadTokens: count,
  cacheWriteTokens: count,
  thinkingTokens: count.describe('Of the output.'),
  firstTokenMs: count.nullable(),
  totalMs: count,
  overheadMs: count.describe('Our own time before the provider was asked.'),
  estimated: z.boolean().describe('Counted by Tollgate, not by the provider.'),
  recovered: z.boolean().describe('Settled after a crash.'),
  cached: z.boolean().describe('Answered from the cache of answers.'),
  clientRequestId: text,
  sessionId: text,
  endUser: text,
  tags: z.array(z.string()),
  paidBy: whoPaid.describe("Whose key paid the provider: the installation's, or the organization's own."),
};

export const logEntry = z
  .object({
    ...head,
    attempts: count.describe('How many targets were asked.'),
    provider: text.describe('For operators alone.'),
    credential: text.describe('For operators alone.'),
  })
  .meta({ id: 'LogEntry' });

const line = z
  .object({
    kind: z.string().describe('input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches, request …'),
    units: count,
    rateUsd: z.string().describe('Dollars for one unit, exact.'),
    amountUsd: z.string().describe('Dollars, exact to the pico-dollar: only the sum is rounded.'),
  })
  .meta({ id: 'ChargeLine' });

const attempt = z.object({
  target: z.string(),
  startedAt: time,
  durationMs: count,
  connectedMs: count.nullable().describe('From its start until the request was on its way; null: not known.'),
  firstByteMs: count.nullable().describe("From its start until the provider's answer began; null: not known."),
  status: count.describe("Of the provider's answer; 0: there was none."),
  error: text,
  paidBy: whoPaid,
  credential: text.describe('For operators alone.'),
});

export const logDetail = z
  .object({
    ...head,
    settledAt: time,
    projectId: text,
    memberId: text,
    cacheWrite5mTokens: count,
    cacheWrite1hTokens: count,
    audioInputTokens: count,
    audioOutputTokens: count,
    imageInputTokens: count,
    imageOutputTokens: count,
    webSearches: count,
    images: count,
    audioSeconds: count,
    characters: count,
    searches: count,
    flags: z.array(z.string()),
    dropped: z.array(z.string()).describe('What translation lost.'),
    attempts: z.array(attempt),
    decision: decision.nullable().describe('Why it went where it went; null where there was nothing to choose.'),
    charge: z.object({
      lines: z
        .array(line)
        .describe(
          'What the organization pays, by kind; empty where nothing was charged, or the price is not known any more.',
        ),
      exact: z.boolean().describe('The lines, rounded once, are the charge.'),
      sale: z
        .object({
          id: text,
          markupPercent: count,
          fixed: z.boolean().describe('Prices of its own, not a markup.'),
          ownKeyFeePercent: count.nullable(),
        })
        .nullable()
        .describe("How the provider's price became the customer's; null: at cost."),
    }),
    transfers: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        createdAt: time,
        entries: z.array(z.object({ account: z.string(), amountUsd: usd })),
      }),
    ),
    feedback: z.object({ score: count, label: text }).nullable(),
    content: z.enum(['kept', 'none']).describe('Whether prompt and answer are kept: GET /logs/{requestId}/content.'),
    house: z
      .object({
        instance: z.string(),
        provider: text,
        credential: text,
        upstreamDialect: text,
        priceVersion: text,
        snapshotVersion: count,
        houseCostUsd: usd.describe('What failed attempts cost that no customer pays.'),
        costLines: z.array(line),
        decisionCosts: decisionCosts.nullable(),
      })
      .nullable()
      .describe('How it was served; for operators alone.'),
  })
  .meta({ id: 'LogDetail' });

export function shownEntry(caller: Caller, row: LogRow): z.output<typeof logEntry> {
  const sees = caller.role === 'operator';
  return {
    ...shownHead(caller, row, row.key_name, row.organization_name),
    cacheWriteTokens: row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    attempts: row.attempt_count,
    provider: sees ? row.provider : null,
    credential: sees ? row.credential : null,
  };
}

type Head = Omit<LogRow, 'key_name' | 'organization_name' | 'attempt_count'>;

function shownHead(caller: Caller, row: Head, keyName: string | null, organizationName: string | null) {
  return {
    requestId: row.request_id,
    startedAt: row.started_at.getTime(),
    organizationId: row.organization_id,
    organizationName,
    keyId: row.key_id,
    keyName,
    operation: row.operation,
    modelAsked: row.requested_model,
    modelServed: row.served_model,
    clientDialect: row.client_dialect,
    status: row.status,
    httpStatus: row.http_status,
    errorKind: row.error_kind,
    stream: row.stream,
    chargeUsd: row.charge_nano_usd,
    costUsd: caller.role === 'operator' ? row.cost_nano_usd : null,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    thinkingTokens: row.thinking_tokens,
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    overheadMs: row.overhead_ms,
    estimated: row.estimated,
    recovered: row.recovered,
    cached: row.flags.includes('cached'),
    clientRequestId: row.client_request_id,
    sessionId: row.session_id,
    endUser: row.end_user,
    tags: [...row.tags],
    paidBy: row.paid_by,
  };
}

export function shownDetail(caller: Caller, detail: RequestDetail, isKept: boolean): z.output<typeof logDetail> {
  const { row, charge } = detail;
  const sees = caller.role === 'operator';
  return {
    ...shownHead(caller, row, detail.keyName ?? null, detail.organizationName ?? null),
    settledAt: row.settled_at.getTime(),
    projectId: detail.projectId ?? null,
    memberId: detail.memberId ?? null,
    ...shownCounts(row),
    flags: [...row.flags],
    dropped: [...row.dropped],
    attempts: row.attempts.map(
      ({ id: _, startedAtMs, error, paidBy, credential, connectedMs, firstByteMs, ...rest }) => ({
        ...rest,
        startedAt: startedAtMs,
        connectedMs: connectedMs ?? null,
        firstByteMs: firstByteMs ?? null,
        error: error ?? null,
        paidBy: paidBy ?? 'platform',
        credential: sees ? credential : null,
      }),
    ),
    decision: detail.decision === undefined ? null : shownDecision(detail.decision),
    charge: {
      lines: charge.lines.map(shownLine),
      exact: charge.exact,
      sale: charge.sale === undefined ? null : shownSale(charge.sale),
    },
    transfers: detail.transfers.map(shownTransfer),
    feedback: detail.feedback === undefined ? null : { ...detail.feedback, label: detail.feedback.label ?? null },
    content: isKept ? 'kept' : 'none',
    house: sees ? shownHouse(detail, charge) : null,
  };
}

function shownCounts(row: RequestDetail['row']) {
  return {
    cacheWrite5mTokens: row.cache_write_5m_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    audioInputTokens: row.audio_input_tokens,
    audioOutputTokens: row.audio_output_tokens,
    imageInputTokens: row.image_input_tokens,
    imageOutputTokens: row.image_output_tokens,
    webSearches: row.web_searches,
    images: row.images,
    audioSeconds: row.audio_seconds,
    characters: row.characters,
    searches: row.searches,
  };
}

function shownLine({ kind, units, ratePicoUsd, amountPicoUsd }: ChargeLine) {
  return { kind, units, rateUsd: formatPicoUsd(ratePicoUsd), amountUsd: formatPicoUsd(amountPicoUsd) };
}

function shownSale({ id, markupBasisPoints, fixed, ownKeyBasisPoints }: SaleTerms) {
  return {
    id: id ?? null,
    markupPercent: markupBasisPoints / 100,
    fixed: fixed !== undefined,
    ownKeyFeePercent: ownKeyBasisPoints === undefined ? null : ownKeyBasisPoints / 100,
  };
}

function shownTransfer({ id, kind, createdAtMs, entries }: DetailTransfer) {
  return {
    id,
    kind,
    createdAt: createdAtMs,
    entries: entries.map(({ account, amountNanoUsd }) => ({ account, amountUsd: amountNanoUsd })),
  };
}

function shownHouse({ row, decision: brief }: RequestDetail, { costLines }: Explained) {
  return {
    instance: row.instance,
    provider: row.provider,
    credential: row.credential,
    upstreamDialect: row.upstream_dialect,
    priceVersion: row.price_version,
    snapshotVersion: row.snapshot_version,
    houseCostUsd: row.house_cost_nano_usd,
    costLines: costLines.map(shownLine),
    decisionCosts: brief === undefined ? null : shownCosts(brief),
  };
}
