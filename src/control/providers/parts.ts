import { ApiFailure } from '../api/failure.ts';
import type { ApiParts } from '../api/route.ts';
import type { ProviderTools } from './tools.ts';

/** Throws ApiFailure (unavailable). */
export function toolsOf({ providers }: Pick<ApiParts, 'providers'>): ProviderTools {
  if (providers !== undefined) return providers;
  throw new ApiFailure('unavailable', 'This process asks no providers, so it cannot manage them.', {
    remedy: 'Ask a gateway.',
  });
}
