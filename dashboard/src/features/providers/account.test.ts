import type { Vendor } from '@tollgate/client';
import { describe, expect, it } from 'vitest';
import { accountAt, providerBody, testBody, withoutSecret } from './account.ts';
import { toneOf, verdictsOf } from './verdict.ts';

const vendor = { id: 'vllm', baseUrl: null, settings: [] } as unknown as Vendor;

describe('an account', () => {
  it('has a name that is free', () => {
    expect(accountAt(vendor).name).toBe('vllm');
    expect(accountAt(vendor, ['vllm', 'vllm-2']).name).toBe('vllm-3');
    expect(accountAt({ ...vendor, id: 'openai-compatible' }).name).toBe('openai-server');
  });

  it('tells the API what was filled in, and nothing else', () => {
    const account = { ...accountAt(vendor), apiKey: ' sk-1 ', settings: { region: '' }, models: 'a, b\nc' };
    expect(providerBody(account)).toEqual({ name: 'vllm', vendor: 'vllm', apiKey: 'sk-1', models: ['a', 'b', 'c'] });
    expect(testBody({ ...account, apiKey: '', settings: { region: 'eu' } })).toEqual({
      vendor: 'vllm',
      settings: { region: 'eu' },
    });
  });

  it('shows no secret in a command', () => {
    expect(JSON.stringify(withoutSecret(providerBody({ ...accountAt(vendor), apiKey: 'sk-1' })))).not.toContain('sk-1');
  });
});

describe('a verdict', () => {
  it('is good, may pass, or wants something done', () => {
    expect(toneOf({ verdict: 'ok' })).toBe('good');
    expect(toneOf({ verdict: 'rate-limited' })).toBe('warning');
    expect(toneOf({ verdict: 'wrong-key' })).toBe('bad');
    expect(verdictsOf(undefined).size).toBe(0);
  });
});
