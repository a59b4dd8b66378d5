/** The pages that Stripe would show: as plain as they can be, for people who try Tollgate out without an account. */
import type { ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { paySession } from './checkout.ts';
import { parseForm, textOf } from './form.ts';
import type { Behaviour, World } from './world.ts';

const cards: readonly Behaviour[] = ['pays', 'declined', 'insufficient-funds', 'needs-authentication', 'processing'];

export function payPage(world: World, method: string, path: string, body: string, response: ServerResponse): void {
  const [, page = '', id = ''] = path.split('/');
  const session = world.find<Stripe.Checkout.Session>('checkout.session', id);
  if (page === 'portal' || session === undefined) {
    html(response, page === 'portal' ? 200 : 404, page === 'portal' ? 'The customer portal.' : 'No such session.');
    return;
  }
  if (method !== 'POST') {
    html(response, 200, pageOf(session));
    return;
  }
  const asked = cards.find((card) => card === textOf(parseForm(body), 'card')) ?? 'pays';
  if (session.status === 'open' && !paySession(world, id, asked)) {
    html(response, 402, `The card was refused. ${pageOf(session)}`);
    return;
  }
  const to = (session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', id);
  response.writeHead(303, { location: to }).end();
}

function pageOf({ amount_total: amount, currency, mode, status }: Stripe.Checkout.Session): string {
  const sum = amount === null ? '' : `${(amount / 100).toFixed(2)} ${(currency ?? '').toUpperCase()}`;
  const buttons = cards.map((card) => `<button name="card" value="${card}">A card that: ${card}</button>`).join(' ');
  return `<h1>Pretended ${mode} ${sum}</h1><p>${status}</p><form method="post">${buttons}</form>`;
}

function html(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>Stand-in for Stripe</title>${content}`);
}
