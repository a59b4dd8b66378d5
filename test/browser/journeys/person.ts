/**
 * Somebody who goes through the dashboard by mouse and keyboard: after the page that they arrive at, no address is
 * typed. What they look at is held against WCAG, its window's width and both colour schemes, and is photographed.
 */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from '../../until.ts';
import { type Visitor, visit } from '../rig.ts';

/** A slow machine may take this long for anything. */
export const patienceMs = 30_000;
/** For a whole journey. */
export const journeyMs = 600_000;

export interface Place {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

/** As people have them: a big screen in the one scheme, a telephone in the other. Each page is shown in both. */
export const places: readonly Place[] = [
  { scheme: 'light', width: 1280, height: 800 },
  { scheme: 'dark', width: 360, height: 740 },
];

export interface Arrival extends Place {
  /** Below /dashboard: where the one address leads that they were given. */
  readonly path: string;
  /** Of the journey, before the names of its screenshots. */
  readonly journey: string;
}

/** Nobody was signed in: the browser writes each such answer to its console. */
const notYetSignedIn = /status of 401/;

export async function arrive(browser: Browser, url: string, arrival: Arrival): Promise<Person> {
  const { scheme, width, height, path } = arrival;
  return new Person(await visit(browser, url, { key: null, path, scheme, width, height }), arrival, arrival.journey);
}

export class Person {
  readonly page: Page;
  /** How long looking closely took, which nobody does who is in a hurry. */
  lookingMs = 0;
  readonly #visitor: Visitor;
  readonly #place: Place;
  readonly #journey: string;
  #pictures = 0;

  constructor(visitor: Visitor, place: Place, journey: string) {
    this.#visitor = visitor;
    this.#place = place;
    this.#journey = journey;
    this.page = visitor.page;
  }

  get isNarrow(): boolean {
    return this.#place.width < 1024;
  }

  /** To a page by the sidebar, which narrow screens have in a drawer. */
  async open(label: string): Promise<void> {
    if (this.isNarrow) await this.page.getByRole('button', { name: 'Pages', exact: true }).click();
    const pages = this.page.getByRole('navigation', { name: 'Pages' });
    await pages.getByRole('link', { name: label, exact: true }).click();
    await this.page.getByRole('heading', { name: label, level: 1 }).first().waitFor();
  }

  /** What the sidebar offers. */
  async offered(): Promise<readonly string[]> {
    if (this.isNarrow) await this.page.getByRole('button', { name: 'Pages', exact: true }).click();
    const links = await this.page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    if (this.isNarrow) await this.page.keyboard.press('Escape');
    return links;
  }

  /** What looks like a button may lead to a page, and then is a link. */
  async press(name: string | RegExp, within: Page | Locator = this.page): Promise<void> {
    const button = within.getByRole('button', { name, exact: true });
    await button
      .or(within.getByRole('link', { name, exact: true }))
      .first()
      .click();
  }

  async fill(label: string | RegExp, text: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByLabel(label, { exact: true }).first().fill(text);
  }

  async read(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** What the clipboard holds. */
  async pasted(): Promise<string> {
    return String(await this.page.evaluate('navigator.clipboard.readText()'));
  }

  /** The page as it is now, when everything is there: whole, accessible, within its width, in both colour schemes. */
  async look(name: string): Promise<void> {
    const startedMs = performance.now();
    const loading = this.page.locator('[aria-busy=true], .animate-pulse:visible');
    await until(`${name} to be loaded`, async () => (await loading.count()) === 0, patienceMs);
    await this.#visitor.expectAccessible();
    await this.#visitor.expectNoOverflow();
    const { scheme } = this.#place;
    const picture = `journey-${this.#journey}-${String(++this.#pictures).padStart(2, '0')}-${name}`;
    await this.#visitor.screenshot(picture, true);
    await this.#turn(scheme === 'light' ? 'dark' : 'light');
    const { violations } = await new AxeBuilder({ page: this.page }).withRules(['color-contrast']).analyze();
    const faint = violations.flatMap(({ nodes }) =>
      nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    );
    expect(faint).toEqual([]);
    await this.#visitor.screenshot(`${picture}-other`, true);
    await this.#turn(scheme);
    this.lookingMs += performance.now() - startedMs;
  }

  /** The system's colours change, and the page follows. */
  async #turn(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.page.locator(`html[data-scheme=${scheme}]`).waitFor();
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  /** Nothing was written to the console. `provoked`: but for these, which the journey brought about. */
  async leave(provoked?: RegExp): Promise<void> {
    await this.#visitor.done(provoked ? new RegExp(`${notYetSignedIn.source}|${provoked.source}`) : notYetSignedIn);
  }
}
