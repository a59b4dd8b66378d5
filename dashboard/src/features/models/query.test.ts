import { describe, expect, it } from 'vitest';
import { modelQuery, rateUsd } from './query.ts';

describe("the page's address", () => {
  it('asks for what it says, and for nothing else', () => {
    expect(modelQuery({})).toEqual({ limit: 200 });
    expect(modelQuery({ takes: 'tools', callable: 'no', search: 'gpt' })).toEqual({
      limit: 200,
      tools: true,
      callable: false,
      search: 'gpt',
    });
    expect(modelQuery({ takes: 'pdf' })).toEqual({ limit: 200, input: 'pdf' });
  });
});

describe('a rate', () => {
  it('is cut to what can be shown, and null stays null', () => {
    expect([rateUsd('1.234567890123'), rateUsd('10'), rateUsd(null)]).toEqual(['1.234567890', '10', null]);
  });
});
