import { describe, expect, it } from 'vitest';
import { hideSecret, quotesSecret, redact, shownCharactersMax } from './redact.ts';

describe('redact', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-****abcd. Find yours at', 'sk-proj'],
    ['Incorrect API key provided: sk-abc…xyz', 'sk-abc'],
    ['the key tg-01hzxyzabcdefgh was refused', 'tg-01'],
    ['Authorization: Bearer abcdefgh12345678', 'abcdefgh'],
    ['invalid x-api-key: QUJDREVGR0hJSktMTU5PUFFSU1Q=', 'QUJDREVG'],
    ['API key AIzaSyD-abcdefghijklmnop is not valid', 'AIzaSyD'],
    ['the key "abcdefghijklmnopqrstuvwxyz012345" is unknown', 'abcdefghijklmnop'],
    ['{"api_key":"c2VjcmV0LXNlY3JldC1zZWNyZXQ="}', 'c2VjcmV0'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', 'eyJhbG'],
  ])('takes the secret out of %j and leaves the sentence', (text, secret) => {
    const shown = redact(text);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('[redacted]');
  });

  it('leaves ordinary words alone, also those near "key" and "token"', () => {
    const text = 'max_tokens: 4096 > 2048, the token count of key messages.0.content; see task-based docs, risk-free';
    expect(redact(text)).toBe(text);
  });

  it('bounds 5 MB quickly, without control characters or half characters (case 117)', () => {
    const shown = redact(`a\u0000b\u001bc\ud83d${'x'.repeat(5_000_000)}`);
    expect(shown.startsWith('abc\ufffdxxx')).toBe(true);
    expect(shown.length).toBeLessThanOrEqual(shownCharactersMax);
    expect(shown.isWellFormed()).toBe(true);
  });
});

describe('the very secrets of a credential', () => {
  const holder = { secret: 'plain-secret-1', headers: { 'x-gate': 'gate-secret-2', 'x-team': 'blue' } };

  it('are found and hidden wherever they stand, the values of headers too', () => {
    for (const secret of ['plain-secret-1', 'gate-secret-2']) {
      expect(quotesSecret(`no ${secret} here`, holder)).toBe(true);
      expect(hideSecret(`${secret} and ${secret}`, holder)).toBe('[redacted] and [redacted]');
    }
  });

  it('leave short values alone, which are words', () => {
    expect(quotesSecret('the blue team', holder)).toBe(false);
    expect(hideSecret('the blue team', holder)).toBe('the blue team');
    expect(hideSecret('nothing', { secret: undefined })).toBe('nothing');
  });
});
