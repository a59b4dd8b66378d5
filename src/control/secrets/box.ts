import type { SecretBox } from '../../lib/secret-box.ts';
import { ApiFailure } from '../api/failure.ts';
import type { ApiParts } from '../api/route.ts';

/** What seals in this process. Throws ApiFailure (unavailable). */
export function boxOf({ secrets }: Pick<ApiParts, 'secrets'>): SecretBox {
  if (secrets !== undefined) return secrets;
  throw new ApiFailure('unavailable', 'This process has no master key, so it cannot keep a secret.', {
    remedy: 'Ask a gateway.',
  });
}
