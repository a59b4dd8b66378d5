import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';
import { providers } from '../providers/index.ts';
import { buildNames } from '../snapshot/names.ts';
import { nameParts } from './names.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);

function names(text: string) {
  const config = parseConfig(text, {
    cwd: '/',
    env: { OPENAI_API_KEY: 'sk-0123456789' },
    registry: [...providers.values()],
    file: '/etc/tollgate.yaml',
  });
  return buildNames(nameParts(config, providers, nowMs));
}

/** What a name would be charged for a million input tokens; undefined: it resolves to nothing. */
function inputUsd(text: string, name: string): number | undefined {
  const found = names(text).resolve(name);
  const price = 'route' in found ? found.route.targets[0]?.model.priceAt(nowMs) : undefined;
  return price && Number(price.input.base) / 1_000_000;
}

describe('a model that only its vendor knows', () => {
  it('is refused, unless the operator allows it at a ceiling', () => {
    expect(inputUsd('', 'openai/brand-new-9')).toBeUndefined();
    const allowed = 'catalog: { unknownModels: allow, ceilingPrice: { input: 30, output: 150 } }';
    expect(inputUsd(allowed, 'openai/brand-new-9')).toBe(30);
    expect(inputUsd(allowed, 'openai/gpt-5')).toBe(1.25);
    // Whose it is cannot be known from the bare name.
    expect(inputUsd(allowed, 'brand-new-9')).toBeUndefined();
  });

  it('cannot be allowed without a price', () => {
    expect(() => names('catalog: { unknownModels: allow }')).toThrow(ConfigError);
    expect(() => names('catalog: { unknownModels: allow }')).toThrow(/catalog\.ceilingPrice/);
  });
});

describe('the names of a model', () => {
  it('are its own, its dated ones and the aliases of the operator, all one row', () => {
    const file = 'models: { "openai/gpt-5": { aliases: [smart], price: { input: 2, output: 3 } } }';
    const asked = ['openai/gpt-5', 'gpt-5', 'openai/gpt-5-2025-08-07', 'openai/smart', 'smart'];
    expect(asked.map((name) => inputUsd(file, name))).toEqual(asked.map(() => 2));
  });
});
