/** The address of the page as the API asks for it. Pure. */
export interface ModelSearch {
  readonly search?: string | undefined;
  readonly provider?: string | undefined;
  readonly source?: 'file' | 'api' | 'catalogue' | 'provider' | undefined;
  readonly callable?: 'yes' | 'no' | undefined;
  readonly takes?: string | undefined;
}

type InputKind = 'image' | 'pdf' | 'audio' | 'video';

/** Operators see what can be called first; everything else with `callable=no`. */
export function modelQuery({ search, provider, source, callable, takes }: ModelSearch) {
  const flags = { tools: { tools: true }, thinking: { thinks: true } } as const;
  const taken = takes === 'tools' || takes === 'thinking' ? flags[takes] : takes && { input: takes as InputKind };
  return {
    limit: 200,
    ...(search && { search }),
    ...(provider && { provider }),
    ...(source && { source }),
    ...(callable && { callable: callable === 'yes' }),
    ...taken,
  };
}

/** A rate as the formatter takes it: the API's may have more digits than a nano-dollar. Null: none of its own. */
export function rateUsd(rate: string | null): string | null {
  if (rate === null) return null;
  const [whole = '0', fraction = ''] = rate.split('.');
  const kept = fraction.slice(0, 9);
  return kept === '' ? whole : `${whole}.${kept}`;
}

export const sourceWords = {
  file: 'file',
  api: 'corrected here',
  catalogue: 'price list',
  provider: 'provider',
} as const;
