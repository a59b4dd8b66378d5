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

describe('how long is waited for a target', () => {
  const file = `
timeouts: { connectMs: 1000, firstTokenMs: 1000, wholeMs: 1000, idleMs: 1000, totalMs: 1000 }
providers:
  openai: { timeouts: { firstTokenMs: 2000, wholeMs: 2000, idleMs: 2000, totalMs: 2000 } }
routes:
  careful:
    timeouts: { wholeMs: 3000, idleMs: 3000, totalMs: 3000 }
    targets:
      - openai/gpt-5
      - { model: openai/gpt-5-mini, timeouts: { totalMs: 5000 } }
      - mock/echo
  outer: { timeouts: { idleMs: 4000 }, targets: [{ route: careful }] }
`;
  const waits = (name: string) => {
    const found = names(file).resolve(name);
    return 'route' in found
      ? found.route.targets.map(({ timeouts: { connectMs, firstTokenMs, wholeMs, idleMs, totalMs } }) =>
          [connectMs, firstTokenMs, wholeMs, idleMs, totalMs].map((ms) => ms / 1000),
        )
      : found;
  };

  it('is what its route says of it, else the route, else its provider, else the usual', () => {
    expect(waits('careful')).toEqual([
      [1, 2, 3, 3, 3],
      [1, 2, 3, 3, 5],
      [1, 1, 3, 3, 3],
    ]);
    expect(waits('openai/gpt-5')).toEqual([[1, 2, 2, 2, 2]]);
    expect(waits('mock/echo')).toEqual([[1, 1, 1, 1, 1]]);
  });

  it('of a route within a route: the inner one is nearer', () => {
    expect(waits('outer')).toMatchObject([
      [1, 2, 3, 3, 3],
      [1, 2, 3, 3, 5],
      [1, 1, 3, 3, 3],
    ]);
  });
});

describe('a provider', () => {
  const providersOf = (file: string) => {
    const found = names(`${file}\nroutes: { r: { targets: [openai/gpt-5], regions: [eu], maxPrice: { input: 2 } } }`);
    const resolved = found.resolve('r');
    return 'route' in resolved ? resolved.route : undefined;
  };

  it('computes where its operator says, for routes that ask for that', () => {
    expect(providersOf('providers: { openai: { inRegion: eu } }')?.targets[0]?.credential.region).toBe('eu');
    expect(providersOf('')?.targets[0]?.credential).not.toHaveProperty('region');
    expect(providersOf('')?.requires).toEqual({ regions: ['eu'], inputPicoUsdMax: 2_000_000 });
  });
});
