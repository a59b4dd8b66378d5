import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadMs } from '../../../test/thread-time.ts';
import type { SmartInput } from './input.ts';
import { headCharsMax, readText } from './read-text.ts';
import { scoreComplexity } from './score.ts';

const bare = { earlierTurns: 0, toolsCount: 0, hasToolResults: false, mediaCount: 0, inputTokensEstimate: 200 };
const score = (lastUserText: string, more: Partial<SmartInput> = {}) =>
  scoreComplexity({ ...bare, lastUserText, ...more });

describe('the scorer', () => {
  const pairs = [
    ['en', 'Where is my parcel?', 'Prove that there are infinitely many primes, and explain why the proof works.'],
    [
      'de',
      'Wo ist mein Paket?',
      'Bitte vergleiche beide Vertragsentwürfe und bewerte, ob die Frist eingehalten wurde.',
    ],
    [
      'fr',
      'Où est ma facture ?',
      'Analyse le contrat et justifie pourquoi la réclamation a été refusée malgré la preuve.',
    ],
    ['es', '¿Dónde está mi pedido?', 'Analiza por qué me cobraron dos veces y compara el contrato con la factura.'],
    ['zh', '你好，我的快递什么时候到？', '请分析为什么数据库查询很慢，并比较两种方案的优缺点。'],
    [
      'ja',
      '営業時間を教えてください。',
      '二つの設計を比較し、なぜ片方が遅いのか原因を分析して、移行計画を実装してください。',
    ],
  ] as const;
  it.each(pairs)('is not blind in %s', (language, routine, complex) => {
    expect(score(routine).score).toBeLessThan(score(complex).score - 0.1);
    expect([score(routine).language, score(complex).language]).toEqual([language, language]);
  });

  it('leans to complex in a language that it does not know, and says so', () => {
    const { reasons, language } = score('Gdzie jest moja paczka, proszę o pomoc');
    expect(language).toBe('und');
    expect(reasons.find(({ signal }) => signal === 'language')?.weight).toBeGreaterThan(0);
  });

  it('reads the turn before a follow-up, and the instructions where the user says nothing', () => {
    const earlierUserText = 'Why was the refund refused although your agent promised it twice? Compare both contracts.';
    expect(score('Yes, please.', { earlierUserText }).score).toBeGreaterThan(score('Yes, please.').score);
    expect(score('', { instructions: earlierUserText }).score).toBeGreaterThan(score('').score);
  });

  it.each([
    ['tools', { toolsCount: 12 }],
    ['tool-results', { hasToolResults: true }],
    ['media', { mediaCount: 1 }],
    ['context', { inputTokensEstimate: 60_000 }],
    ['thinking', { wantsThinking: true }],
    ['long-answer', { maxOutputTokens: 16_000 }],
  ] as const)('counts %s as complex', (signal, more) => {
    expect(score('Go on', more).score).toBeGreaterThan(score('Go on').score);
    expect(score('Go on', more).reasons.map((reason) => reason.signal)).toContain(signal);
  });

  it('explains a score whole: the weights add up to it', () => {
    const { score: value, reasons } = score('Why? First compare, then design, unless the API returns 429.');
    const nothing = score('').score;
    const bias = Math.log(nothing / (1 - nothing));
    const sum = reasons.reduce((total, { weight }) => total + weight, bias);
    expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(value, 2);
  });

  it('never quotes the prompt', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,20}$/), (secret) => {
        const { reasons } = score(`why ${secret} must ${secret}; \`\`\`${secret}\`\`\``, { instructions: secret });
        expect(JSON.stringify(reasons)).not.toContain(secret);
      }),
    );
  });

  it('gives the same answer whatever was scored before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ unit: 'binary' }), (text, other) => {
        const first = score(text);
        score(other);
        expect(score(text)).toEqual(first);
        expect(first.score).toBeGreaterThanOrEqual(0);
        expect(first.score).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('reading', () => {
  it('counts words of the whole text from what it reads of a long one', () => {
    expect(readText('word '.repeat(20_000)).words).toBeGreaterThan(19_000);
    expect(readText('word '.repeat(20_000)).words).toBeLessThan(21_000);
  });

  it('reads the head and the tail of a long text, and nothing between', () => {
    const filler = 'la '.repeat(headCharsMax);
    expect(readText(`why ${filler}`).listed.reasoning).toBe(1);
    expect(readText(`${filler} why`).listed.reasoning).toBe(1);
    expect(readText(`${filler}${' why '}${filler}`).listed.reasoning).toBe(0);
  });

  it('looks at a character only so often, whatever the text is', () => {
    // Beginnings of listed phrases without their ends are the worst for a walk from each word's start.
    const hostile = ['a b c d e ', 'difference between ', 'w', '解', '```', '((((', '\\', '1', 'ノ', '\ud800', 'é́'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('').repeat(200_000 / parts.join('').length);
        // The quickest of some: the machine may have been busy with something else.
        const ms = Array.from({ length: 5 }, () => threadMs(() => readText(text)));
        // About 0.2 ms; the limit only catches what is not linear.
        expect(Math.min(...ms)).toBeLessThan(20);
      }),
      { numRuns: 60 },
    );
  });
});
