import { describe, expect, it } from 'vitest';
import { fromYaml, targetsOf, toYaml, withField, withTargets } from './definition.ts';
import { diffLines } from './diff.ts';

describe('a definition', () => {
  it('is written without what is the default, and read again as it was', () => {
    const text = toYaml({ strategy: 'cheapest', targets: ['a/b'], sticky: 'auto', continue: false, explore: 0.1 });
    expect(text).toBe('strategy: cheapest\ntargets:\n  - a/b\nexplore: 0.1\n');
    expect(fromYaml(text)).toEqual({ definition: { strategy: 'cheapest', targets: ['a/b'], explore: 0.1 } });
  });

  it.each(['', '- a', 'x', ': :', '"'])('that is none says so: %j', (text) => {
    expect(fromYaml(text)).toHaveProperty('mistake');
  });

  it('keeps what a form does not show', () => {
    const part = { strategy: 'cheapest', targets: ['x/y', 'x/z'] };
    const definition = { targets: ['a/b', { model: 'c/d', weight: 2 }, part], hedge: { afterMs: 5 } };
    const targets = targetsOf(definition);
    expect(targets.map(({ model, weight }) => [model, weight])).toEqual([
      ['a/b', undefined],
      ['c/d', 2],
      [undefined, undefined],
    ]);
    expect(withTargets(definition, targets)).toEqual(definition);
    expect(withField(definition, 'hedge', undefined)).toEqual({ targets: definition.targets });
  });
});

describe('a difference', () => {
  it('tells what went and what came, in order', () => {
    expect(diffLines('a\nb\nc\n', 'a\nx\nc\nd').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'same a',
      'gone b',
      'new x',
      'same c',
      'new d',
    ]);
  });
});
