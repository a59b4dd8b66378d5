/** `/api/v1/vendors`: what can be asked, and what each needs to be told; as a form wants it. */
import { z } from 'zod';
import { providers } from '../../providers/index.ts';
import { baseUrlOf, type Provider, settingNames } from '../../providers/provider.ts';
import { type ApiRoute, route } from '../api/route.ts';

const vendor = z
  .object({
    id: z.string(),
    name: z.string(),
    docs: z.string().describe('The page of its API.'),
    baseUrl: z.string().nullable().describe('null: only you know it. Settings stand in braces.'),
    keyless: z.boolean().describe('It runs without a key.'),
    selfHosted: z.boolean().describe('It runs on your own machine: any model name is taken, at no price.'),
    keyVariable: z.string().nullable().describe('The environment variable that turns it on.'),
    settings: z.array(
      z.object({
        name: z.enum(settingNames),
        what: z.string(),
        example: z.string(),
        pattern: z.string().describe('A regular expression.'),
        required: z.boolean(),
        default: z.string().nullable(),
      }),
    ),
    dialects: z.array(z.string()).describe('Wire formats that it speaks.'),
    canList: z.boolean().describe('It lists its models, so its connection can be tested without spending anything.'),
  })
  .meta({ id: 'Vendor' });

export const vendorRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/vendors',
    tag: 'providers',
    summary: 'List vendors, and what each needs to be told',
    answer: z.object({ data: z.array(vendor) }),
    handle: async () => ({ data: [...providers.values()].filter(({ id }) => id !== 'mock').map(shown) }),
  }),
];

function shown(each: Provider): z.output<typeof vendor> {
  const { id, name, docs, keyless = false, selfHosted = false, keyEnv, settings = [], speaks, modelsPath } = each;
  return {
    id,
    name,
    docs,
    baseUrl: addressOf(each),
    keyless,
    selfHosted,
    keyVariable: keyEnv[0] ?? null,
    settings: settings.map(({ name: setting, what, example, pattern, required = false, default: usual }) => {
      return { name: setting, what, example, pattern: pattern.source, required, default: usual ?? null };
    }),
    dialects: Object.keys(speaks),
    canList: modelsPath !== undefined,
  };
}

/** With the usual settings filled in, where that is possible without knowing any. */
function addressOf(vendor: Provider): string | null {
  if (vendor.baseUrl === '') return null;
  return vendor.baseUrlFor === undefined ? baseUrlOf(vendor) : vendor.baseUrl;
}
