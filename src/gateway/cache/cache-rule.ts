/** Whether a request may be answered from the cache: what its caller says, else its key, its route, everybody's default. */
import { invalidRequest } from '../../llm/error.ts';
import type { CacheRule } from '../../snapshot/snapshot.ts';
import type { CacheSettings } from './cache-settings.ts';

/** In the words of RFC 9111 (https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1), as far as they say something here. */
export const cacheControlHeader = 'x-tollgate-cache-control';

export interface CacheUse {
  /** No older answer is given, and the one that is made is kept for this long. */
  readonly ttlMs: number;
  /** False: it is asked anew, whatever is kept. */
  readonly looks: boolean;
}

interface Said {
  readonly maxAgeMs?: number;
  readonly noCache?: true;
  readonly noStore?: true;
}

/** Undefined: the cache has no part in it. Throws LlmFailure (invalid-request) for a header that is none. */
export function cacheUse(
  header: string | string[] | undefined,
  rule: CacheRule | undefined,
  settings: Pick<CacheSettings, 'ttlMs' | 'ttlMsMax'>,
): CacheUse | undefined {
  const said = header === undefined ? {} : readSaid(String(header));
  const wanted = said.maxAgeMs ?? rule?.ttlMs ?? settings.ttlMs;
  const ttlMs = Math.min(wanted, settings.ttlMsMax);
  return ttlMs === 0 || said.noStore ? undefined : { ttlMs, looks: !said.noCache };
}

function readSaid(text: string): Said {
  const said = text.split(',').map((part) => readDirective(part.trim().toLowerCase()));
  return Object.assign({}, ...said) as Said;
}

function readDirective(directive: string): Said {
  if (directive === 'no-store') return { noStore: true };
  if (directive === 'no-cache') return { noCache: true };
  const seconds = /^max-age=(\d{1,9})$/.exec(directive)?.[1];
  if (seconds !== undefined) return { maxAgeMs: Number(seconds) * 1000 };
  throw invalidRequest(
    `${cacheControlHeader} has ${JSON.stringify(directive.slice(0, 64))}; it takes max-age=<seconds>, no-cache and no-store, with commas between them.`,
  );
}
