import { readFileSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { threadMs } from '../../test/thread-time.ts';
import { estimateTokens, TokenEstimator } from './estimate.ts';

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const texts: Readonly<Record<string, string>> = {
  prose:
    'It was a bright cold day in spring, and the clocks were striking one. She slipped through the glass doors of the ' +
    'old library, though not quickly enough to keep a swirl of gritty dust from entering along with her. Nobody looked ' +
    'up: the reading room was almost empty, and the few who sat there had been asleep since lunch.',
  code: here('./estimate.ts'),
  'more code': here('../lib/json.ts'),
  'a JSON file': here('../../package.json'),
  'tool arguments':
    '{"city":"Paris","latitude":52.52,"longitude":13.405,"unit":"celsius","days":[1,2,3],"note":"as usual"}',
  'a table': here('../../package-lock.json').slice(0, 40_000),
};

describe('the local estimate of tokens', () => {
  it.each(Object.entries(texts))('is within 15 %% of the o200k tokenizer on %s', (_name, text) => {
    const real = encode(text).length;
    expect(Math.abs(estimateTokens(text) / real - 1)).toBeLessThan(0.15);
  });

  it.each([
    ['Chinese', '人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的智能机器。'],
    ['Japanese', '人工知能とは、計算という概念とコンピュータという道具を用いて知能を研究する計算機科学の一分野。'],
    ['Korean', '인공지능은 인간의 학습능력, 추론능력, 지각능력을 인공적으로 구현하려는 컴퓨터 과학의 세부분야이다.'],
    ['Russian', 'Искусственный интеллект выполняет творческие функции, которые считаются прерогативой человека.'],
  ])('is sane on %s', (_name, text) => {
    const ratio = estimateTokens(text) / encode(text).length;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it('counts nothing for nothing, and something for anything', () => {
    expect([estimateTokens(''), estimateTokens(' '), estimateTokens('a')]).toEqual([0, 1, 1]);
  });

  it('gives the same for the bytes of a JSON string, cut anywhere between characters', () => {
    const text = `${texts.prose} "quoted"\n\tdéjà vu 😀 日本`;
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    const whole = new TokenEstimator();
    whole.addText(text, 0, text.length);
    const pieces = new TokenEstimator();
    for (let i = 0; i < 200; i++) pieces.addBytes(bytes, i, i + 1);
    pieces.addBytes(bytes, 200, bytes.length);
    expect(pieces.tokens).toBeCloseTo(whole.tokens, 0);
  });

  it('costs no more for a megabyte than for a page', () => {
    const long = (texts.prose ?? '').repeat(3000);
    let tokens = 0;
    expect(
      threadMs(() => {
        tokens = estimateTokens(long);
      }),
    ).toBeLessThan(50);
    expect(tokens / (estimateTokens(texts.prose ?? '') * 3000)).toBeCloseTo(1, 0);
  });
});
