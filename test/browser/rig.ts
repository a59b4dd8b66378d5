/**
 * The dashboard as people meet it: the real server as a process of its own with the mock provider and some traffic, and
 * the system's Chromium. A page that writes an error to its console, or breaks the content policy, fails its test.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type ConfigTree, merge, startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';
import { launchBrowser } from './chromium.ts';

const operatorKey = 'tgm-of-the-browser-rig-0123456789ab';

export interface BrowserRig {
  readonly gateway: TestGateway;
  readonly browser: Browser;
  /** A management key that sees everything. */
  readonly operatorKey: string;
  /** Asks the management API; throws where it does not answer 2xx. */
  api(route: string, body?: unknown, key?: string): Promise<ReturnType<typeof JSON.parse>>;
  /** A request to a model: `chat('mock/echo', 'hello')`. Resolves to its status. */
  chat(model: string, content: string, key?: string): Promise<number>;
  /** An organization with a management key of its own and a key for calling. */
  tenant(name: string): Promise<{ readonly id: string; readonly managementKey: string; readonly key: string }>;
  /** A page of a new visitor, signed in with this management key. */
  visit(options?: Visit): Promise<Visitor>;
  close(): Promise<void>;
}

export interface Visit {
  /** Default: the operator's. Null: nobody is signed in. */
  readonly key?: string | null;
  /** Below /dashboard. Default `/`. */
  readonly path?: string;
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Goes to a path below /dashboard, and waits until nothing loads any more. */
  go(to: string): Promise<void>;
  /** No serious or critical violation of WCAG 2.2 AA on what is shown. */
  expectAccessible(): Promise<void>;
  /** The page is no wider than its window. */
  expectNoOverflow(): Promise<void>;
  /** What the console and the content policy complained about so far. */
  readonly complaints: readonly string[];
  /** Fails where there were complaints; `allow`: those that the test provoked. */
  done(allow?: RegExp): Promise<void>;
  /** Into test/browser/screenshots, or $SCREENSHOTS. `whole`: also what is below the window's end. */
  screenshot(name: string, whole?: boolean): Promise<void>;
}

export async function startBrowserRig(config: ConfigTree = {}): Promise<BrowserRig> {
  const [gateway, browser] = await Promise.all([
    startGateway({ config: merge({ keys: { operator: { key: operatorKey } }, models: priced }, config) }),
    launchBrowser(),
  ]);
  const api: BrowserRig['api'] = (route, body, key = operatorKey) => ask(gateway.url, route, body, key);
  const chat: BrowserRig['chat'] = async (model, content, key = gateway.key) => {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  return {
    gateway,
    browser,
    operatorKey,
    api,
    chat,
    tenant: (name) => makeTenant(api, name),
    visit: (options = {}) => visit(browser, gateway.url, options),
    async close() {
      await browser.close();
      await gateway.stop();
    },
  };
}

/** Dollars for a million tokens: enough that a request's cost is to be seen. */
const priced = {
  'mock/echo': { price: { input: 10, output: 40 } },
  'mock/lorem': { price: { input: 2, output: 8 } },
};

async function ask(url: string, route: string, body: unknown, key: string): Promise<ReturnType<typeof JSON.parse>> {
  const [method, to] = route.split(' ');
  const answer = await fetch(`${url}/api/v1${to}`, {
    method: method ?? 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function makeTenant(api: BrowserRig['api'], name: string) {
  const { id } = await api('POST /organizations', { name });
  const managing = { name: `${name}-manager`, organizationId: id, kind: 'management', scope: 'owner' };
  const { key: managementKey } = await api('POST /keys', managing);
  const { key } = await api('POST /keys', { name: `${name}-app`, organizationId: id });
  return { id, managementKey, key };
}

/** A visitor of the dashboard at `url`, whoever started it. */
export async function visit(browser: Browser, url: string, options: Visit): Promise<Visitor> {
  const { key = operatorKey, path: first = '/', scheme = 'light', width = 1280, height = 800 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // What another site's page says of itself is not ours: Stripe's, for example.
    if ((message.type() !== 'error' && message.type() !== 'warning') || !page.url().startsWith(url)) return;
    complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    // Leaving for another page is a click; loading something from there is not.
    if (request.isNavigationRequest() || /^(data|blob):/.test(request.url())) return;
    if (new URL(request.url()).origin !== url && page.url().startsWith(url)) complaints.push(`asked ${request.url()}`);
  });
  if (key !== null) {
    await context.addInitScript(`sessionStorage.setItem('tollgate.key', ${JSON.stringify(key)})`);
  }
  const go = async (to: string) => {
    await page.goto(`${url}/dashboard${to}`);
    await page.locator('h1, [role=alert]').first().waitFor();
    await until('the page to be loaded', async () => (await page.locator('[aria-busy=true]').count()) === 0);
  };
  await go(first);
  return {
    page,
    context,
    go,
    complaints,
    expectAccessible: () => expectAccessible(page),
    async expectNoOverflow() {
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow).toBeLessThanOrEqual(0);
    },
    async done(allow) {
      const left = complaints.filter((each) => !allow?.test(each));
      await context.close();
      expect(left).toEqual([]);
    },
    async screenshot(name, fullPage = false) {
      const directory = path.resolve(process.env.SCREENSHOTS ?? 'test/browser/screenshots');
      mkdirSync(directory, { recursive: true });
      await page.screenshot({ path: path.join(directory, `${name}-${scheme}-${width}.png`), fullPage });
    },
  };
}

async function expectAccessible(page: Page): Promise<void> {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  const found = violations.flatMap(({ id, impact, nodes }) =>
    impact === 'minor' ? [] : nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
  expect(found).toEqual([]);
}
