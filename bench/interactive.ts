/**
 * `npm run bench:interactive`: how long the first load of the overview takes on a slow machine, for somebody who is
 * signed in and has never been there. Chromium's processor is throttled, the network is not. Interactive is the later of
 * two moments: the first row has its figures, and the last long task (50 ms and more) has ended. Fails above the limit.
 *
 * --rounds N      default 5; the middle one counts
 * --slowdown N    default 4
 */
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/browser/chromium.ts';
import { until } from '../test/until.ts';
import { startTollgate } from './contender.ts';

const msMax = 1_500;
const quietMs = 1_000;
const stillMsMax = 60_000;
const requests = 200;
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, slowdown: { type: 'string', default: '4' } },
});

const manager = 'tgm-bench-000000000000000000000000000';
const key = 'tg-bench-0000000000000000000000000000';
const [tollgate, browser] = await Promise.all([
  startTollgate(1, { config: { keys: { bench: { key }, manager: { key: manager } } } }),
  launchBrowser(),
]);
const url = `http://127.0.0.1:${tollgate.port}`;

interface Load {
  readonly figuresMs: number;
  readonly interactiveMs: number;
  readonly longTasks: number;
}

/** Runs in the page, before anything of its own. */
const watcher = `
  sessionStorage.setItem('tollgate.key', ${JSON.stringify(manager)});
  window.watched = { figuresMs: 0, lastTaskMs: 0, longTasks: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      watched.lastTaskMs = startTime + duration;
      watched.longTasks++;
    }
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    const shown = document.querySelector('h1')?.textContent === 'Overview' && document.querySelector('main .text-2xl');
    if (shown) watched.figuresMs = performance.now();
    else requestAnimationFrame(look);
  };
  look();
`;

async function load(chromium: Browser): Promise<Load> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(watcher);
    const protocol = await context.newCDPSession(page);
    await protocol.send('Emulation.setCPUThrottlingRate', { rate: Number(options.slowdown) });
    await page.goto(`${url}/dashboard/overview`);
    const isOver = `watched.figuresMs > 0 && performance.now() > Math.max(watched.figuresMs, watched.lastTaskMs) + ${quietMs}`;
    await until('the page to be still', () => page.evaluate(isOver), stillMsMax);
    const { figuresMs, lastTaskMs, longTasks } = (await page.evaluate('watched')) as Load & { lastTaskMs: number };
    return { figuresMs, interactiveMs: Math.max(figuresMs, lastTaskMs), longTasks };
  } finally {
    await context.close();
  }
}

async function use(): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mock/echo', messages: [{ role: 'user', content: `hello ${i}` }] }),
    });
    await answer.arrayBuffer();
  }
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

try {
  await use();
  await load(browser);
  const loads: Load[] = [];
  for (let i = 0; i < Number(options.rounds); i++) loads.push(await load(browser));
  const interactiveMs = middle(loads.map((each) => each.interactiveMs));
  console.log(
    `First load of the overview, processor slowed down ${options.slowdown} times, ${loads.length} rounds:`,
    `figures after ${middle(loads.map(({ figuresMs }) => figuresMs)).toFixed(0)} ms,`,
    `interactive after ${interactiveMs.toFixed(0)} ms of ${msMax}`,
    `(${loads.map((each) => each.interactiveMs.toFixed(0)).join(', ')}).`,
  );
  if (interactiveMs > msMax) process.exitCode = 1;
} finally {
  await browser.close();
  await tollgate.stop();
}
