import { describe, expect, it } from 'vitest';
import { keptSentence, patternsOf, ruleSentences } from './content-words.ts';

const rule = {
  keep: 'asked' as const,
  days: 30,
  bytesMax: 262_144,
  redact: { secrets: true, patterns: [] as string[] },
  operatorsMayRead: false,
};

describe('what is kept, in words', () => {
  it('says who decides, for how long, what is taken out and who reads', () => {
    expect(ruleSentences(rule)).toEqual([
      'Prompts and answers are kept only where a key or a request asks for it.',
      'Each is deleted after 30 days, and cut where it is longer than 256 KiB.',
      'Before they are kept, what looks like a secret key is taken out.',
      'Members may read them; each reading is in the audit log.',
    ]);
  });

  it('needs one sentence where nothing is kept', () => {
    expect(ruleSentences({ ...rule, keep: 'none' })).toHaveLength(1);
  });

  it('counts days, patterns and operators as they are', () => {
    const said = ruleSentences({
      ...rule,
      keep: 'all',
      days: 1,
      redact: { secrets: false, patterns: ['email', 'A-####'] },
      operatorsMayRead: true,
    }).join(' ');
    expect(said).toContain('after a day,');
    expect(said).toContain('2 patterns of your own are taken out');
    expect(said).toContain('operators of the installation');
    expect(ruleSentences({ ...rule, redact: { secrets: false, patterns: [] } }).join(' ')).toContain(
      'Nothing is taken',
    );
  });

  it('counts what is there, up to where counting ends', () => {
    expect(keptSentence({ requests: 0, isMore: false })).toBe('Nothing is kept at this moment.');
    expect(keptSentence({ requests: 1, isMore: false })).toBe('1 request is kept at this moment.');
    expect(keptSentence({ requests: 10_000, isMore: true })).toMatch(/^More than 10.000 requests are kept/);
  });

  it('takes patterns by line or comma', () => {
    expect(patternsOf(' email, card\n\nACME-####\n')).toEqual(['email', 'card', 'ACME-####']);
  });
});
