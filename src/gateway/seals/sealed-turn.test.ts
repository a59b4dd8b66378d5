import { describe, expect, it } from 'vitest';
import type { Block, Seal } from '../../llm/chat.ts';
import { restoredTurn, type SealedItem, textDigest } from './sealed-turn.ts';

const seal = (value: string, dialect: Seal['dialect'] = 'anthropic'): Seal => ({ dialect, value, minter: 'm' });
const text = (value: string, rest: object = {}): Block => ({ type: 'text', text: value, ...rest });
const call = (id: string, rest: object = {}): Block => ({ type: 'tool-call', id, name: 'f', args: '{}', ...rest });
const thought = (value: string, own?: Seal): Block => ({ type: 'thinking', text: value, ...(own && { seal: own }) });
const item = {
  thinking: (value: string): SealedItem => ({ type: 'thinking', text: value, seal: seal(value) }),
  text: (value: string, own?: Seal): SealedItem => ({
    type: 'text',
    length: value.length,
    ...(own && { seal: own, digest: textDigest(value) }),
  }),
  call: (id: string, own?: Seal): SealedItem => ({ type: 'tool-call', id, name: 'f', ...(own && { seal: own }) }),
};

describe('a turn that comes back without its seals', () => {
  it('gets its thinking in the places where it stood, and its text cut as it was', () => {
    const items = [item.thinking('a'), item.text('one '), item.thinking('b'), item.text('two'), item.call('x')];
    expect(restoredTurn([text('one two', { cache: '5m' }), call('x')], items)).toEqual([
      thought('a', seal('a')),
      text('one '),
      thought('b', seal('b')),
      text('two', { cache: '5m' }),
      call('x'),
    ]);
  });

  it('gets the seals of its calls and texts, an empty one too', () => {
    const own = seal('S', 'gemini');
    const items = [item.text('t', own), item.text('', own), item.call('x', own), item.call('y')];
    expect(restoredTurn([text('t'), call('x'), call('y')], items)).toEqual([
      text('t', { seal: own }),
      text('', { seal: own }),
      call('x', { seal: own }),
      call('y'),
    ]);
  });

  it('loses the unsealed thinking that its caller could show instead', () => {
    const turn = [thought('a'), call('x')];
    expect(restoredTurn(turn, [item.thinking('a'), item.call('x')])).toEqual([thought('a', seal('a')), call('x')]);
    const own = seal('S', 'gemini');
    expect(restoredTurn(turn, [item.call('x', own)])).toEqual([thought('a'), call('x', { seal: own })]);
  });

  it('keeps seals that the answer did not have', () => {
    const turn = [thought('mine', seal('other')), call('x')];
    expect(restoredTurn(turn, [item.thinking('a'), item.call('x')])).toEqual(turn);
  });

  it('becomes whole again where its sealed thinking came back in pieces', () => {
    const pieces = [thought('par'), thought('t', seal('part')), call('x')];
    expect(restoredTurn(pieces, [item.thinking('part'), item.call('x')])).toEqual([
      thought('part', seal('part')),
      call('x'),
    ]);
  });

  it('has its thinking first where its words were changed, and no seal on changed words', () => {
    const items = [item.text('was', seal('S', 'gemini')), item.thinking('a'), item.call('x')];
    expect(restoredTurn([text('is!'), call('x')], items)).toEqual([text('is!'), thought('a', seal('a')), call('x')]);
    expect(restoredTurn([text('changed'), call('x')], items)).toEqual([
      thought('a', seal('a')),
      text('changed'),
      call('x'),
    ]);
  });

  it('pairs calls in order where the ids had to be spelled in another way', () => {
    const own = seal('S', 'gemini');
    const items = [item.call('a:0', own), item.call('a:1')];
    expect(restoredTurn([call('a_0'), call('a_1')], items)).toEqual([call('a_0', { seal: own }), call('a_1')]);
  });
});
