/** The judges of the matrix, judged: a reader must see the same in an answer and in its stream, and see all of it. */
import { describe, expect, it } from 'vitest';
import { fixtures } from './corpus.ts';
import { type Feature, features } from './features.ts';

const expected: Partial<Record<Feature, readonly RegExp[]>> = {
  text: [/^text Hi there\.$/, /^stop end$/, /^input 12$/, /^output 5$/],
  'parallel tools': [/^text Let me see\.$/, /^call weather {"city":"Oslo"}$/, /^call .*Bern/, /^stop tool-call$/],
  thinking: [/^thinking Because\.$/, /^seal c2VhbGVk$/, /^text So it is\.$/, /^call .*Oslo/],
  'redacted thinking': [/^redacted ZW5jcnlwdGVk$/, /^text So it is\.$/],
  'structured output': [/^text {"answer":42}$/],
  refusal: [/^stop refusal$/],
  'max tokens': [/^text Hi th$/, /^stop length$/],
  'usage with cache': [/^input 1060$/, /^output 8$/, /^cached 50$/],
  'error before the stream': [/^status 429$/, /^error rate-limited$/],
};

const cases = fixtures.flatMap((each) => features.map((feature) => [each.id, feature, each] as const));

describe('readers', () => {
  it.each(cases)('%s, %s: the whole answer and the stream say the same', (_id, feature, each) => {
    const [whole, stream] = [each.answer(feature, false), each.answer(feature, true)];
    if (whole === undefined || stream === undefined || feature === 'error during the stream') return;
    const facts = each.readAnswer(whole, false);
    expect(each.readAnswer(stream, true)).toEqual(facts);
    for (const fact of expected[feature] ?? []) expect(facts).toContainEqual(expect.stringMatching(fact));
  });

  it.each(fixtures.map((each) => [each.id, each] as const))(
    '%s: a broken stream has its text and no stop',
    (_id, each) => {
      const stream = each.answer('error during the stream', true);
      expect(stream && each.readAnswer(stream, true)).toEqual(['text Hel', 'error failure']);
    },
  );

  it.each(fixtures.map((each) => [each.id, each] as const))(
    '%s: a request says what every dialect can say',
    (_id, each) => {
      const facts = (feature: Feature) =>
        each.readRequest(
          JSON.parse(JSON.stringify(each.request(feature, 'm', false) ?? {})) as Record<string, unknown>,
        );
      expect(facts('system')).toEqual(expect.arrayContaining(['system Be brief.', 'user Hello']));
      expect(facts('parallel tools').slice(0, 7)).toEqual([
        'user How is it outside?',
        'assistant Looking.',
        'call weather {"city":"Paris"}',
        'call weather {"city":"Rome"}',
        'result of {"city":"Paris"} sunny',
        'result of {"city":"Rome"} rainy',
        'user And now?',
      ]);
      expect(facts('thinking')).toContainEqual(expect.stringMatching(/^(effort high|thinking budget 16384)$/));
      expect(facts('structured output')).toContainEqual(expect.stringMatching(/^format .*"answer"/));
      expect(facts('max tokens')).toContain('limit 100');
    },
  );
});
