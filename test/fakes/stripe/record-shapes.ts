/**
 * Writes shapes.json: for every kind of object the names and JSON types of its fields, as Stripe's own stripe-mock serves
 * them. `go install github.com/stripe/stripe-mock@v0.203.0 && stripe-mock`, then `node test/fakes/stripe/record-shapes.ts`.
 */
import { writeFileSync } from 'node:fs';

const paths: Record<string, string> = {
  customer: '/v1/customers/cus_1',
  payment_intent: '/v1/payment_intents/pi_1',
  charge: '/v1/charges/ch_1',
  refund: '/v1/refunds/re_1',
  dispute: '/v1/disputes/dp_1',
  payment_method: '/v1/payment_methods/pm_1',
  setup_intent: '/v1/setup_intents/seti_1',
  product: '/v1/products/prod_1',
  price: '/v1/prices/price_1',
  subscription: '/v1/subscriptions/sub_1',
  invoice: '/v1/invoices/in_1',
  event: '/v1/events/evt_1',
  balance: '/v1/balance',
  balance_transaction: '/v1/balance_transactions/txn_1',
  'checkout.session': '/v1/checkout/sessions/cs_1',
  'billing_portal.session': '/v1/billing_portal/sessions',
};

const address = process.argv[2] ?? 'http://127.0.0.1:12111';
const shapes: Record<string, Record<string, string>> = {};
for (const [kind, path] of Object.entries(paths)) {
  const body = kind === 'billing_portal.session' ? new URLSearchParams({ customer: 'cus_1' }) : undefined;
  const headers = { authorization: 'Bearer sk_test_123' };
  const answer = await fetch(address + path, body ? { method: 'POST', headers, body } : { headers });
  const object = (await answer.json()) as Record<string, unknown>;
  shapes[kind] = shapeOf(object);
  if (kind === 'subscription') shapes.subscription_item = shapeOf(firstOf(object.items));
  if (kind === 'invoice') shapes.line_item = shapeOf(firstOf(object.lines));
}
writeFileSync(new URL('shapes.json', import.meta.url), `${JSON.stringify(shapes, null, 1)}\n`);

function firstOf(list: unknown): Record<string, unknown> {
  return (list as { data: Record<string, unknown>[] }).data[0] ?? {};
}

function shapeOf(object: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, typeOf(value)]));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
