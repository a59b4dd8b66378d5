/** As much of a browser as signing in needs: it keeps cookies, and says where its requests come from. */
import { makeLink } from '../../src/control/sign-in/links.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { TestGateway } from '../harness/gateway.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what it is.
  readonly body: any;
}

export class Browser {
  readonly url: string;
  readonly cookies = new Map<string, string>();

  constructor(url: string) {
    this.url = url;
  }

  /** `ask('POST /keys', { name: 'x' })`: below /api/v1. `headers`: beside its own, or instead of them. */
  async ask(what: string, body?: unknown, headers: Record<string, string | undefined> = {}): Promise<Answered> {
    const [method = 'GET', path = ''] = what.split(' ', 2);
    const sent: Record<string, string | undefined> = {
      ...(method !== 'GET' && { origin: this.url, 'sec-fetch-site': 'same-origin' }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(this.cookies.size > 0 && { cookie: this.cookie }),
      ...headers,
    };
    const known = Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: known,
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  signIn(email: string, password: string): Promise<Answered> {
    return this.ask('POST /auth/sign-in/email', { email, password });
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const gone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute));
    if (gone) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

export const password = 'correct horse battery staple';

/** The first owner, signed in. */
export async function owner(gateway: TestGateway): Promise<Browser> {
  const store = await gateway.database.open();
  const token = await makeLink(store.db, 'first-owner', null, systemClock);
  const browser = new Browser(gateway.url);
  const made = await browser.ask('POST /bootstrap', { token, email: 'ada@example.com', name: 'Ada', password });
  if (made.status !== 201) throw new Error(`no owner: ${JSON.stringify(made.body)}`);
  return browser;
}

/** Somebody who accepted an invitation of `by`, signed in. */
export async function member(by: Browser, organizationId: string, email: string, role: string): Promise<Browser> {
  const { status, body } = await by.ask(`POST /organizations/${organizationId}/invitations`, { email, role });
  if (status !== 201) throw new Error(`not invited: ${JSON.stringify(body)}`);
  const browser = new Browser(by.url);
  const accepted = await browser.ask('POST /invitations/accept', { token: tokenOf(body.url), name: email, password });
  if (accepted.status !== 200) throw new Error(`not accepted: ${JSON.stringify(accepted.body)}`);
  return browser;
}

export function tokenOf(url: string): string {
  return /#token=(.+)$/.exec(url)?.[1] ?? '';
}
