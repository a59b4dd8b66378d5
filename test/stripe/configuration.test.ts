/** With Stripe's key and without its signing secret nothing starts; neither is ever shown. */
import { describe, expect, it } from 'vitest';
import { endingOf } from '../../src/commands/outcome.ts';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openPayments } from '../../src/payments.ts';
import type { Store } from '../../src/store/store.ts';

const secretKey = 'sk_test_51canaryCanaryCanary';
const parse = (text: string, env: Record<string, string> = {}) => parseConfig(text, { cwd: '/', env, registry: [] });

function refusal(text: string, env: Record<string, string> = {}) {
  try {
    parse(text, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return endingOf(error);
  }
  throw new Error('it was taken');
}

describe('a secret key without a signing secret', () => {
  it.each<[string, string, Record<string, string>]>([
    ['none', `stripe: { secretKey: ${secretKey} }`, {}],
    ['an empty list', `stripe: { secretKey: ${secretKey}, webhookSecrets: [] }`, {}],
    ['an empty one', `stripe: { secretKey: ${secretKey}, webhookSecrets: [''] }`, {}],
    ['a blank one', `stripe: { secretKey: ${secretKey}, webhookSecrets: [' '] }`, {}],
    ['an empty variable', '', { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: '' }],
    ['a good and an empty one', '', { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: 'whsec_good,' }],
    ['something else', `stripe: { secretKey: ${secretKey}, webhookSecrets: [canaryCanary] }`, {}],
  ])('%s: does not start, with exit code 2 and a remedy', (_, text, env) => {
    const { exitCode, text: told } = refusal(text, env);
    expect(exitCode).toBe(2);
    expect(told).toMatch(/stripe\.webhookSecrets.*(whsec_|STRIPE_WEBHOOK_SECRET)/);
    expect(told).not.toMatch(/canary/i);
  });
});

describe('the section', () => {
  it('is taken from the environment, two signing secrets while one is rolled', () => {
    const { stripe } = parse('', { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: 'whsec_old,whsec_new' });
    expect(stripe).toMatchObject({ secretKey, webhookSecrets: ['whsec_old', 'whsec_new'], currency: 'usd' });
  });

  it.each([
    ['a publishable key', 'stripe: { secretKey: pk_test_canary, webhookSecrets: [whsec_x] }', /secretKey/],
    ['euros', `stripe: { currency: eur }`, /currency.*usd/],
    ['a smallest top-up above the largest', 'stripe: { topUpMinUsd: 20, topUpMaxUsd: 10 }', /topUpMinUsd/],
  ])('refuses %s', (_, text, message) => {
    const { text: told } = refusal(text);
    expect(told).toMatch(message);
    expect(told).not.toMatch(/canary/);
  });

  it('turns payments on by the key alone', () => {
    const parts = { store: {} as Store, clock: systemClock, log: silentLog };
    expect(openPayments(parse(''), parts)).toBeUndefined();
    const open = openPayments(
      parse(`stripe: { secretKey: sk_live_x, webhookSecrets: [whsec_x], topUpMinUsd: 7 }`),
      parts,
    );
    expect(open).toMatchObject({ livemode: true, settings: { topUpMinNanoUsd: 7_000_000_000n } });
  });
});
