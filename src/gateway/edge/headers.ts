/** Headers by allow-list, both ways: nothing of the caller reaches a provider, and nothing of ours leaks, unnamed. */
import type { IncomingHttpHeaders } from 'node:http';
import { saleChargeNanoUsd } from '../../catalog/sale.ts';
import { formatUsd } from '../../lib/money.ts';
import { quotesSecret, type SecretHolder } from '../../llm/redact.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Tally } from '../answer/tally.ts';
import type { Exchange, Visit } from '../exchange.ts';
import { judgeUsage } from '../metering/usage-judge.ts';
import type { Plan } from '../plan.ts';
import type { HeaderList } from './delivery.ts';

/** What a provider of the same or another dialect is told. `relayed`: the caller's own dialect headers may go along. */
export function upstreamHeaders(
  exchange: Exchange,
  target: Target,
  endpointHeaders: HeaderList,
  attemptId: string,
  relayed: boolean,
): HeaderList {
  const headers: HeaderList = {
    'content-type': 'application/json',
    accept: exchange.ask.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'tollgate',
    'x-client-request-id': attemptId,
    ...endpointHeaders,
  };
  if (relayed) {
    for (const name of exchange.door.forwardedHeaders) {
      const value = exchange.request.headers[name];
      if (typeof value === 'string' && value !== '') headers[name] = value.slice(0, 4096);
    }
  }
  const { secret, provider, headers: configured } = target.credential;
  return { ...headers, ...(secret !== undefined && provider.auth.headers(secret)), ...configured };
}

/** The caller's query, as far as its door lets it travel. */
export function upstreamQuery(exchange: Exchange, relayed: boolean): string {
  const query = exchange.request.url?.split('?', 2)[1];
  if (!relayed || query === undefined || exchange.door.forwardedQuery.length === 0) return '';
  const asked = new URLSearchParams(query);
  const kept = new URLSearchParams();
  for (const name of exchange.door.forwardedQuery) {
    const value = asked.get(name);
    if (value !== null) kept.set(name, value.slice(0, 64));
  }
  return kept.toString();
}

/** A path that may have a query of its own, with more of it. */
export function withQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** More than any provider has; callers' parsers refuse a head of many kilobytes. */
const limitHeadersMax = 32;

/** What providers call the id of a request. */
const requestIdNames: readonly string[] = ['request-id', 'x-request-id', 'x-amzn-requestid'];

/** A provider's headers that a caller can use: its rate limits, and its own request id under another name. */
export function answerHeaders(upstream: IncomingHttpHeaders, credential: SecretHolder): HeaderList {
  const headers: HeaderList = {};
  let limits = 0;
  for (const [name, value] of Object.entries(upstream)) {
    if (typeof value !== 'string' || quotesSecret(value, credential)) continue;
    if (requestIdNames.includes(name)) headers['x-upstream-request-id'] = value.slice(0, 256);
    else if (name === 'retry-after') headers[name] = value.slice(0, 256);
    else if (/(^|-)ratelimit-/.test(name) && limits++ < limitHeadersMax) headers[name] = value.slice(0, 256);
  }
  return headers;
}

/** What every answer says about itself. */
export function ownHeaders(exchange: Visit, servedModel?: string): HeaderList {
  const headers: HeaderList = requestIdHeaders(exchange.id);
  // A self-hosted vendor takes any name, and a header that node refuses would be the end of the answer.
  if (servedModel !== undefined) headers['x-tollgate-model'] = asHeaderText(servedModel);
  if (exchange.attemptsBegun > 0) headers['x-tollgate-attempts'] = String(exchange.attemptsBegun);
  if (exchange.notes.list.length > 0)
    headers['x-tollgate-dropped'] = exchange.notes.list
      .map((note) => asHeaderText(note.field))
      .join(', ')
      .slice(0, 1024);
  if (exchange.dispatchedAt !== undefined)
    headers['x-tollgate-overhead-ms'] = (exchange.dispatchedAt - exchange.startedAt).toFixed(2);
  if (exchange.switchedBy !== undefined) headers['x-tollgate-budget-switch'] = exchange.switchedBy;
  headers['x-tollgate-cache'] = exchange.cache;
  if (exchange.limitStates.length > 0)
    Object.assign(headers, exchange.limitHeaders(exchange.limitStates, exchange.startedAtMs));
  const theirs = exchange.header('x-request-id');
  if (theirs !== undefined) headers['x-client-request-id'] = asHeaderText(theirs);
  return headers;
}

/** Both spellings: each dialect's SDK reads its own. */
export function requestIdHeaders(requestId: string): HeaderList {
  return { 'x-request-id': requestId, 'request-id': requestId };
}

function asHeaderText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** What a whole answer cost, known before it is sent; a stream's cost is in its usage row. */
export function costHeader(exchange: Exchange, plan: Plan, tally: Tally): HeaderList {
  const judged = judgeUsage(exchange, plan, tally, 'completed');
  exchange.judged = { tally, usage: judged };
  return { 'x-tollgate-cost-usd': formatUsd(saleChargeNanoUsd(plan.sale, plan.price, judged.usage)).slice(1) };
}
