import { expect, it } from 'vitest';
import { changesOf, describeAction } from './audit.ts';

it.each([
  ['POST /keys', 'Made · keys'],
  ['PATCH /keys/{keyId}', 'Changed · keys'],
  ['POST /keys/{keyId}/rotate', 'Rotate · keys'],
  ['PUT /organizations/{organizationId}/automatic-top-up', 'Set · automatic top up'],
  ['DELETE /organizations/{organizationId}/provider-keys/{provider}', 'Removed · provider keys'],
  ['POST /organizations/{organizationId}/checkout', 'Made · checkout'],
  ['GET /logs/{requestId}/content', 'Read · content'],
  ['sign-in', 'Sign in'],
])('%s is called %s', (action, words) => {
  expect(describeAction(action)).toBe(words);
});

it('shows what differs, by its path', () => {
  const before = { name: 'a', limits: { requestsPerMinute: 1, tokensPerMinute: 2 }, tags: ['x'] };
  const after = { name: 'a', limits: { requestsPerMinute: 5, tokensPerMinute: 2 }, tags: [] };
  expect(changesOf(before, after)).toEqual([
    { path: 'limits.requestsPerMinute', before: '1', after: '5' },
    { path: 'tags', before: '["x"]', after: '[]' },
  ]);
});

it('shows all that something new says, and what was removed', () => {
  expect(changesOf(null, { name: 'a', limits: null })).toEqual([{ path: 'name', before: undefined, after: '"a"' }]);
  expect(changesOf({ name: 'a' }, null)).toEqual([{ path: 'name', before: '"a"', after: undefined }]);
});
