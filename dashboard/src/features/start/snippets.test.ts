import { describe, expect, it } from 'vitest';
import { bodyFor, snippet, ways } from './snippets.ts';

const call = { origin: 'http://127.0.0.1:7070', key: 'tg-secret', model: 'mock/echo' };

describe('the first request', () => {
  it.each(ways)('for $label names key and model', ({ value }) => {
    const code = snippet(value, call);
    expect(code).toContain('tg-secret');
    expect(code).toContain('mock/echo');
  });

  it('for a terminal is the very body that is sent from the page', () => {
    const [, body = ''] = /-d '(.*)'$/.exec(snippet('curl', call)) ?? [];
    expect(JSON.parse(body)).toEqual(bodyFor('mock/echo'));
  });
});
