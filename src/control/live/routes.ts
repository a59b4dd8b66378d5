/** `/api/v1/live`: requests as they happen. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { ApiFailure } from '../api/failure.ts';
import { id } from '../api/fields.ts';
import { type ApiRoute, downloadRoute } from '../api/route.ts';

/** nginx keeps answers back by itself, and others compress them (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering). */
const unbuffered = { 'x-accel-buffering': 'no', 'cache-control': 'no-store, no-transform' };

export const liveRoutes: readonly ApiRoute[] = [
  downloadRoute({
    method: 'GET',
    path: '/live',
    tag: 'live',
    summary: 'Watch requests as they happen',
    description:
      'Server-sent events until whoever reads them leaves: `snapshot` first and after a gap, then `requests` with what has changed, up to four times a second, and `end` with a reason. Operators see all, members their own organization. docs/live.md has the fields.',
    query: z.strictObject({ organizationId: id('org').optional() }),
    produces: 'text/event-stream; charset=utf-8',
    async handle({ caller, recheck, query: { organizationId } }, { live }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      if (live === undefined) {
        throw new ApiFailure('unavailable', 'This process cannot show requests as they happen.', {
          remedy: 'Ask a gateway instance.',
        });
      }
      const { role } = caller;
      const allowed = () =>
        recheck().then(
          (now) => now.role === role && now.organizationId === caller.organizationId,
          (error: unknown) => {
            if (error instanceof ApiFailure && error.status < 500) return false;
            throw error;
          },
        );
      const only = organizationId ?? visibleOrganization(caller);
      return { headers: unbuffered, body: live.open({ organizationId: only, house: role === 'operator', allowed }) };
    },
  }),
];
