import { expect, it } from 'vitest';
import { withoutSecrets } from './secrets.ts';
import { subjectOf } from './subject.ts';

it.each([
  ['/keys', {}, { kind: 'keys', id: undefined }],
  ['/keys/{keyId}/rotate', { keyId: 'key_1' }, { kind: 'keys', id: 'key_1' }],
  ['/organizations/{organizationId}', { organizationId: 'org_1' }, { kind: 'organizations', id: 'org_1' }],
  ['/organizations/{organizationId}/tax', { organizationId: 'org_1' }, { kind: 'tax', id: 'org_1' }],
  [
    '/organizations/{organizationId}/alert-rules/{kind}',
    { organizationId: 'org_1', kind: 'low-balance' },
    { kind: 'alert-rules', id: 'low-balance' },
  ],
  [
    '/providers/{providerName}/credentials/{credentialId}',
    { providerName: 'openai', credentialId: 'crd_1' },
    { kind: 'credentials', id: 'crd_1' },
  ],
])('%s is about what it names', (path, params, subject) => {
  expect(subjectOf(path, params)).toEqual(subject);
});

it('a state is kept without what is secret by its name or its look', () => {
  const state = {
    name: 'ci',
    key: 'tg-abc',
    nested: [{ secret: 'x', apiKey: 'y', sealed: 'z', clientSecret: 's' }],
    note: 'my key is sk-0123456789abcdefghij',
    limits: { tokensPerMinute: 5, requestsPerMinute: null },
    prefix: 'tg-abcd',
  };
  expect(withoutSecrets(state)).toEqual({
    name: 'ci',
    key: '(not kept)',
    nested: [{ secret: '(not kept)', apiKey: '(not kept)', sealed: '(not kept)', clientSecret: '(not kept)' }],
    note: '(not kept)',
    limits: { tokensPerMinute: 5, requestsPerMinute: null },
    prefix: 'tg-abcd',
  });
});
