/** The operator's side: the management API, asked over HTTP, and the stand-in's pay page. */
import { parseUsd } from '../../../src/lib/money.ts';
import { paySession } from '../../fakes/stripe/checkout.ts';
import type { World } from './world.ts';

export interface Wallet {
  readonly balanceUsd: string;
  readonly paidUsd: string;
  readonly creditUsd: string;
  readonly receivableUsd: string;
  readonly blockedReason: string | null;
}

export interface Transfer {
  readonly id: string;
  readonly kind: string;
  readonly reference: { readonly creditNote?: string } | null;
  readonly entries: readonly { readonly account: string; readonly amountUsd: string }[];
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

export class Office {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#ask('POST', path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.#ask('PUT', path, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.#ask('PATCH', path, body);
  }

  async download(path: string): Promise<Buffer> {
    const answer = await this.#fetch('GET', path);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** All pages of a list. */
  async all<T>(path: string): Promise<readonly T[]> {
    const rows: T[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: Page<T> = await this.get(`${path}&limit=200${after === '' ? '' : `&after=${after}`}`);
      rows.push(...page.data);
      after = page.next;
    }
    return rows;
  }

  wallet(organizationId: string): Promise<Wallet> {
    return this.get(`/organizations/${organizationId}/wallet`);
  }

  /** What can be spent, in nano-dollars. */
  async balance(organizationId: string): Promise<bigint> {
    return parseUsd((await this.wallet(organizationId)).balanceUsd);
  }

  /** Somebody pays on the page that a checkout answered. */
  pay({ url }: { readonly url: string }): void {
    const sessionId = new URL(url).pathname.split('/').at(-1) ?? '';
    if (!paySession(this.#world.standIn.world, sessionId, 'pays')) throw new Error('the card was refused');
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    return (await this.#fetch(method, path, body)).json() as Promise<T>;
  }

  async #fetch(method: string, path: string, body?: object): Promise<Response> {
    const answer = await fetch(`${this.#world.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#world.operatorKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
