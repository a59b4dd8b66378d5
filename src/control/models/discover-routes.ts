/** `/api/v1/models/discover`: what a provider says that it has, beside what the catalogue knows. */
import { z } from 'zod';
import { ApiFailure } from '../api/failure.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { price } from './fields.ts';
import { modelTools } from './rules.ts';
import { shownPrice } from './shown.ts';

const found = z.object({ id: z.string(), price: price.nullable() });

export const discoverRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/models/discover',
    tag: 'models',
    summary: 'Ask a provider which models it has',
    description:
      'With the key that requests use, and without spending anything. Nothing is changed: what is unknown here can be added with its price by POST /models or /models/import.',
    body: z.strictObject({ provider: z.string().min(1).max(64) }),
    answer: z
      .object({
        provider: z.string(),
        listed: z.int().describe('How many names it gave.'),
        known: z
          .array(found)
          .describe('Those that the catalogue knows. price null: known, and nobody knows what it costs.'),
        unknown: z.array(z.string()).describe('Those that it does not: they are refused until they have a price.'),
        unlisted: z.array(z.string()).describe('Those that the catalogue lists and the provider does not.'),
      })
      .meta({ id: 'DiscoveredModels' }),
    async handle({ body: { provider } }, parts) {
      const tools = modelTools(parts);
      if (parts.discovery === undefined)
        throw new ApiFailure('unavailable', 'This process asks no providers.', { remedy: 'Ask a gateway.' });
      const names = await parts.discovery.discover(provider);
      const nowMs = parts.clock.nowMs();
      const ids = names.map((name) => ({ name, model: tools.find(`${provider}/${name}`)?.model }));
      const known = ids.flatMap(({ model }) => {
        if (model === undefined) return [];
        const cost = model.priceAt(nowMs) ?? model.operationPriceAt?.(nowMs);
        return [{ id: model.id, price: cost === undefined ? null : shownPrice(cost) }];
      });
      const listedNames = new Set(names);
      const unlisted = tools
        .list()
        .filter(
          ({ model }) =>
            model.provider === provider && !listedNames.has(model.target.name) && !listedNames.has(model.name),
        )
        .map(({ model }) => model.id);
      return {
        provider,
        listed: names.length,
        known,
        unknown: ids.filter(({ model }) => model === undefined).map(({ name }) => `${provider}/${name}`),
        unlisted,
      };
    },
  }),
];
