/** A newcomer: from an empty directory to their first request on the overview, within two minutes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { GatewayProcess } from '../../harness/gateway-process.ts';
import { until } from '../../until.ts';
import { launchBrowser } from '../chromium.ts';
import { arrive, journeyMs, patienceMs, places } from './person.ts';

const productMsMax = 120_000;
const run = promisify(execFile);
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Installation {
  readonly url: string;
  /** Of the first owner, below /dashboard. */
  readonly link: string;
}

/** What `npm start` does on a new machine: its own database, nobody there, one link in the log. */
async function installation(): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-newcomer-'));
  // Any free port, where others have taken the usual one.
  const process = new GatewayProcess(['serve', '--port', '0', '--data-dir', join(directory, 'data')]);
  onTestFinished(async () => {
    await process.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const [, url = '', link = ''] = await until(
    'the link of the first owner',
    () => {
      if (process.exited !== undefined) throw new Error(`the gateway ended:\n${process.output}`);
      return /(http:\S+)\/dashboard(\/set-up#token=\S+)/.exec(process.output);
    },
    2 * patienceMs,
  );
  return { url, link };
}

/** In a terminal, as it was copied. */
async function runCopied(text: string, way: string): Promise<string> {
  if (way === 'curl') return (await run('sh', ['-c', text])).stdout;
  return (await run(process.execPath, ['--input-type=module', '--eval', text])).stdout;
}

it.each(places)('sees their first request at $width px', { timeout: journeyMs }, async (place) => {
  const startedMs = performance.now();
  const { url, link } = await installation();
  const ada = await arrive(browser, url, { ...place, path: link, journey: 'newcomer' });
  const { page } = ada;
  await ada.look('set-up');
  await ada.fill('Your name', 'Ada Lovelace');
  await ada.fill('E-mail', 'ada@example.com');
  await ada.fill('Password', 'correct horse battery staple');
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: 'Your first request' }).waitFor();
  await ada.look('guide');
  await ada.press('Built-in mock');
  await ada.press('Model: mock/echo');
  await page.getByPlaceholder('Find a model').fill('echo');
  await page.keyboard.press('Enter');
  await ada.press('Make a key');
  await ada.read('Waiting for the request to arrive');
  const way = ada.isNarrow || !existsSync('/usr/bin/curl') ? 'Node' : 'curl';
  await ada.press(way);
  await ada.press('Copy the request');
  await ada.look('request');
  expect(await runCopied(await ada.pasted(), way)).toContain('Hello, Tollgate!');
  await ada.read('It arrived, and was answered.');
  await ada.look('arrived');

  await ada.press('Look at it closely');
  await page.waitForURL(/\/requests\/req_/);
  await ada.read('Where the time went');
  await ada.read('completed');
  await ada.look('its-page');
  await ada.open('Overview');
  await page.getByRole('link', { name: /mock\/echo 1 request/ }).waitFor();
  const productMs = performance.now() - startedMs - ada.lookingMs;
  await ada.look('overview');
  expect(productMs).toBeLessThan(productMsMax);
  await ada.leave();
});
