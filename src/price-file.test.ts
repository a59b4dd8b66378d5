import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../test/until.ts';
import { publishedFeed } from './catalog/feed.fixture.ts';
import type { PriceFeed } from './catalog/feed.ts';
import { keepPricesFresh, loadPriceFile, priceFileOrBundled, priceFilePath, refreshPriceFile } from './price-file.ts';

let answer = { status: 200, body: '' };
const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
let url = '';
let directory = '';
const logged: string[] = [];
const note = (_fields: object, message: string) => void logged.push(message);
const log = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`;
});
afterAll(() => server.close());
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'prices-'));
  answer = { status: 200, body: JSON.stringify(publishedFeed()) };
  logged.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('newer prices in the data directory', () => {
  it('are kept, and read again at the next start', async () => {
    expect(loadPriceFile(directory)).toBeUndefined();
    const feed = await refreshPriceFile(directory, url);
    expect(feed.models).toBeGreaterThan(900);
    expect(loadPriceFile(directory)?.models).toBe(feed.models);
    expect(readdirSync(directory)).toEqual(['prices.json']);
  });

  it.each([
    ['half a file', () => ({ status: 200, body: answer.body.slice(0, 5000) }), /not JSON/],
    ['an error page', () => ({ status: 503, body: '<h1>away</h1>' }), /answered 503/],
    ['another file', () => ({ status: 200, body: '{"models":[]}' }), /the whole/],
  ])('%s is refused, and the last good stays', async (_what, broken, why) => {
    await refreshPriceFile(directory, url);
    const good = readFileSync(priceFilePath(directory), 'utf8');
    answer = broken();
    await expect(refreshPriceFile(directory, url)).rejects.toThrow(why);
    expect(readFileSync(priceFilePath(directory), 'utf8')).toBe(good);
  });

  it('nobody answers: said with the address', async () => {
    await expect(refreshPriceFile(directory, 'http://127.0.0.1:9/data.json')).rejects.toThrow(/127\.0\.0\.1:9/);
    expect(existsSync(priceFilePath(directory))).toBe(false);
  });

  it('that were spoilt on the disk do not keep a gateway from starting', () => {
    writeFileSync(priceFilePath(directory), '{');
    expect(priceFileOrBundled(directory, log)).toBeUndefined();
    expect(logged.join()).toContain('price file is not used');
  });

  it('come by the clock; one failure is logged and the next turn tries again', async () => {
    const feeds: PriceFeed[] = [];
    const good = answer.body;
    answer = { status: 500, body: '' };
    const refresher = keepPricesFresh({
      dataDir: directory,
      url,
      everyMs: 20,
      log,
      onFeed: (feed) => feeds.push(feed),
    });
    try {
      await until('a failed turn', () => logged.some((line) => line.includes('was not refreshed')));
      expect(feeds).toEqual([]);
      answer = { status: 200, body: good };
      await until('a good turn', () => feeds.length > 0);
    } finally {
      refresher.close();
    }
  });
});
