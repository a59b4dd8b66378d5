/**
 * What makes two requests one: everything that may change a byte of the answer. Nothing of the body is left out, since
 * there is no field of which nobody makes anything (a provider may draw lots by `user`, a route may divide by it).
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Key, Route } from '../../snapshot/snapshot.ts';
import { cacheControlHeader } from './cache-rule.ts';

/** What of a request is compared. */
export interface Question {
  /** The wire format, and what is done in it. */
  readonly wire: string;
  readonly operation: string;
  /** As asked for, before it is resolved. */
  readonly model: string;
  readonly stream: boolean;
  readonly route: Route;
  /** Its lists of models decide who may answer. */
  readonly key: Key;
  /** What its caller says of who may answer, which may be out of the body by now. */
  readonly preferences: unknown;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Headers of the caller that travel on, lower case. */
  readonly forwardedHeaders: readonly string[];
  /** A body that has passed `scanJson`. */
  readonly body: Buffer;
  /** Keys under which the order of members is part of the question. */
  readonly orderedKeys: readonly string[];
}

/** Say how long answers may be kept, and who pays: neither changes one. */
const idleHeaders: ReadonlySet<string> = new Set([cacheControlHeader, 'x-tollgate-tags']);

/**
 * Hex SHA-256. The organization is no field of the question but an argument of its own: nothing is compared without it.
 */
export function questionHash(organizationId: string, question: Question): string {
  const sum = createHash('sha256');
  for (const part of partsOf(organizationId, question)) sum.update(`${part.length}:`).update(part, 'latin1');
  return sum.digest('hex');
}

/** As latin1, one character for each byte. No two lists of parts make the same text. */
function partsOf(organizationId: string, question: Question): readonly string[] {
  const { wire, operation, model, stream, route, key, preferences, url, body, orderedKeys } = question;
  const facts = {
    organizationId,
    wire,
    operation,
    model,
    stream,
    route: route.name,
    targets: route.targets.map((target) => [target.credential.id, target.credential.baseUrl, target.model.id]),
    models: [key.models, key.organization.models],
    preferences,
    url: withoutKey(url),
    headers: headersOf(question),
  };
  return [asBytes(JSON.stringify(facts)), canonicalJson(body, orderedKeys)];
}

/** Half a surrogate would become the same byte as another. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The API key may stand in the query, or not. */
function withoutKey(url: string): readonly string[] {
  const [path = '', text = ''] = url.split('?', 2);
  const query = new URLSearchParams(text);
  query.delete('key');
  return [path, String(query)];
}

function headersOf({ headers, forwardedHeaders }: Question): readonly unknown[] {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-tollgate-') && !idleHeaders.has(name));
  return [...new Set([...names, ...forwardedHeaders])]
    .sort()
    .flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
}
