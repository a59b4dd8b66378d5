import { expect, it } from 'vitest';
import { blankDraft, limitsOf, listOf, stateOf, usageWords } from './keys.ts';

const none = { revokedAt: null, pausedAt: null, expiresAt: null };
const now = Date.parse('2027-01-01T00:00:00Z');

it('a key is one thing: revoked before paused before expired', () => {
  const at = '2026-01-01T00:00:00Z';
  expect(stateOf(none, now)).toBe('active');
  expect(stateOf({ ...none, expiresAt: '2028-01-01T00:00:00Z' }, now)).toBe('active');
  expect(stateOf({ ...none, expiresAt: at }, now)).toBe('expired');
  expect(stateOf({ ...none, expiresAt: at, pausedAt: at }, now)).toBe('paused');
  expect(stateOf({ revokedAt: at, expiresAt: at, pausedAt: at }, now)).toBe('revoked');
});

it('limits that the form does not show stay', () => {
  expect(limitsOf(blankDraft)).toBeNull();
  expect(limitsOf({ ...blankDraft, requestsPerMinute: '5' }, { tokensPerDay: 9, tokensPerMinute: 3 })).toEqual({
    tokensPerDay: 9,
    requestsPerMinute: 5,
  });
});

it('lists are what stands between commas', () => {
  expect(listOf(' openai/*, main ,, ')).toEqual(['openai/*', 'main']);
});

it('says what would stop', () => {
  expect(usageWords(0, 0)).toBe('Nothing has used it in the last ten minutes.');
  expect(usageWords(0.1, 1)).toBe('1 request in the last ten minutes used it.');
  expect(usageWords(1.2, 12)).toBe('1 request a minute uses this key.');
  expect(usageWords(3, 30)).toBe('3 requests a minute use this key.');
});
