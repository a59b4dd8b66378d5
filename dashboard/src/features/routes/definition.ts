/** A route's definition as text and as what a form can show of it. Pure. */
import { parse, stringify } from 'yaml';

export type Definition = Readonly<Record<string, unknown>>;

/** What was left out has its default in answers; it is left out again where people read it. */
const defaults: Definition = {
  strategy: 'fallback',
  sticky: 'auto',
  dataCollection: 'allow',
  continue: false,
  onModelNotFound: 'next',
  onTooLong: 'next',
};

export function toYaml(definition: Definition): string {
  const said = Object.entries(definition).filter(([name, value]) => name === 'strategy' || value !== defaults[name]);
  return stringify(Object.fromEntries(said), { lineWidth: 100 });
}

export type Read = { readonly definition: Definition } | { readonly mistake: string };

/** Of YAML, which JSON is too. */
export function fromYaml(text: string): Read {
  try {
    const value: unknown = parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { mistake: 'It is no route: write `targets:` with a list below it.' };
    return { definition: value as Definition };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : 'It is no YAML.' };
  }
}

export interface FormTarget {
  /** Undefined: more than a model with a weight; it is edited as YAML. */
  readonly model: string | undefined;
  readonly weight: number | undefined;
  readonly whole: unknown;
}

export function targetsOf({ targets }: Definition): readonly FormTarget[] {
  if (!Array.isArray(targets)) return [];
  return targets.map((whole: unknown) => {
    if (typeof whole === 'string') return { model: whole, weight: undefined, whole };
    const { model, weight, ...rest } = (whole ?? {}) as Record<string, unknown>;
    const isPlain = typeof model === 'string' && Object.keys(rest).length === 0;
    return { model: isPlain ? model : undefined, weight: typeof weight === 'number' ? weight : undefined, whole };
  });
}

export function withTargets(definition: Definition, targets: readonly FormTarget[]): Definition {
  const written = targets.map(({ model, weight, whole }) => {
    if (model === undefined) return whole;
    return weight === undefined ? model : { model, weight };
  });
  return { ...definition, targets: written };
}

/** Undefined takes the field out. */
export function withField(definition: Definition, name: string, value: unknown): Definition {
  const { [name]: _, ...rest } = definition;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** What a part that no form shows is, in a few words. */
export function partWords(whole: unknown): string {
  const { route, strategy, targets, model } = (whole ?? {}) as Record<string, unknown>;
  if (typeof model === 'string') return `${model}, with more`;
  if (typeof route === 'string') return `the route ${route}`;
  if (Array.isArray(targets)) return `a part of its own: ${String(strategy ?? 'fallback')} of ${targets.length}`;
  return 'something else';
}
