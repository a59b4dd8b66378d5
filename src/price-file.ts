/**
 * Newer price data in the data directory: read at start, fetched on demand or by the clock, kept only when it is whole.
 * Whatever happens to a fetch, the last good data stays in force.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import { FeedRefused, type PriceFeed, readFeed } from './catalog/feed.ts';
import type { Log } from './lib/log.ts';

const bytesMax = 32 * 1024 * 1024;
const fetchMs = 30_000;

export function priceFilePath(dataDir: string): string {
  return path.join(dataDir, 'prices.json');
}

/** Undefined: there is none. Throws FeedRefused. */
export function loadPriceFile(dataDir: string): PriceFeed | undefined {
  let text: string;
  try {
    text = readFileSync(priceFilePath(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FeedRefused(`it cannot be read: ${(error as Error).message}`);
  }
  return readFeed(text);
}

/** When it was written, in Unix milliseconds; 0: there is none. */
export function priceFileTimeMs(dataDir: string): number {
  return statSync(priceFilePath(dataDir), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The same for a start that must not fail on it: bad data is named in the log, and what came with the package is used. */
export function priceFileOrBundled(dataDir: string, log: Log): PriceFeed | undefined {
  try {
    return loadPriceFile(dataDir);
  } catch (error) {
    const why = (error as Error).message;
    log.warn(
      { file: priceFilePath(dataDir), why },
      'the price file is not used; `tollgate models refresh` writes a new one',
    );
    return undefined;
  }
}

/** Fetches, checks and keeps. Throws FeedRefused; the file that was there is untouched then. */
export async function refreshPriceFile(dataDir: string, url: string): Promise<PriceFeed> {
  const text = await fetchPrices(url);
  const feed = readFeed(text);
  const file = priceFilePath(dataDir);
  const partial = `${file}.${process.pid}.part`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
  return feed;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** How many bytes have come so far. */
  readonly onBytes?: (bytes: number) => void;
}

/** The text as it was published, unchecked. Throws FeedRefused. */
export async function fetchPrices(url: string, { signal, onBytes }: FetchOptions = {}): Promise<string> {
  const limit = AbortSignal.timeout(2 * fetchMs);
  try {
    const answer = await request(url, {
      headersTimeout: fetchMs,
      bodyTimeout: fetchMs,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = answer.statusCode === 200 ? await bounded(answer.body, onBytes) : undefined;
    if (text !== undefined) return text;
    await answer.body.dump();
    throw new FeedRefused(`${url} answered ${answer.statusCode}`);
  } catch (error) {
    if (error instanceof FeedRefused) throw error;
    throw new FeedRefused(`${url} cannot be read: ${(error as Error).message}`);
  }
}

async function bounded(body: AsyncIterable<Buffer>, onBytes: FetchOptions['onBytes']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new FeedRefused(`it is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
    onBytes?.(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export interface PriceRefresher {
  close(): void;
}

/** Fetches every so many hours and tells of what is new; a failure is logged and tried again at the next turn. */
export function keepPricesFresh(options: {
  readonly dataDir: string;
  readonly url: string;
  readonly everyMs: number;
  readonly log: Log;
  readonly onFeed: (feed: PriceFeed) => void;
}): PriceRefresher {
  const { dataDir, url, everyMs, log, onFeed } = options;
  const turn = () => {
    refreshPriceFile(dataDir, url).then(
      (feed) => {
        onFeed(feed);
        log.info({ vendors: feed.vendors, models: feed.models }, 'the price data was refreshed');
      },
      (error: unknown) =>
        log.warn({ url, why: (error as Error).message }, 'the price data was not refreshed; the last stays'),
    );
  };
  const timer = setInterval(turn, everyMs).unref();
  return { close: () => clearInterval(timer) };
}
