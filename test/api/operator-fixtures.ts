/** Things of the whole installation, by the parameter of a path that names them: operators' alone, and nobody's own. */
import { newId } from '../../src/lib/id.ts';
import type { Asked, Fixture } from './fixtures.ts';

const unique = (what: string) => `${what}-${newId('x', Date.now()).slice(-12).toLowerCase()}`;

/** The answer of a write that must be done. */
async function made({ ask }: Asked, what: string, body: object): Promise<Readonly<Record<string, string>>> {
  const answer = await ask(what, { body });
  if (answer.status >= 300) throw new Error(`${what} of a fixture: ${answer.status} ${answer.text}`);
  return answer.body;
}

const idOf = async (api: Asked, what: string, body: object) => (await made(api, what, body)).id ?? '';

const price = { input: '1', output: '2' };
const makeModel = (api: Asked) => idOf(api, 'POST /models', { id: `openai/${unique('thing')}`, price });
const local = { vendor: 'openai-compatible', baseUrl: 'https://models.example.com/v1' };

async function makeProvider(api: Asked): Promise<string> {
  return (await made(api, 'POST /providers', { name: unique('provider'), ...local })).name ?? '';
}

async function makeCredential(api: Asked, provider?: string): Promise<string> {
  const body = { apiKey: `sk-thing-${crypto.randomUUID()}`, name: unique('credential') };
  return encodeURIComponent(
    await idOf(api, `POST /providers/${provider ?? (await makeProvider(api))}/credentials`, body),
  );
}

/** Each makes one, and gives what stands in the path. They need a process that knows the provider openai. */
export const operatorFixtures: Readonly<Record<string, Fixture>> = {
  modelId: async (api) => encodeURIComponent(await makeModel(api)),
  aliasId: async (api) =>
    encodeURIComponent(
      await idOf(api, 'POST /models/aliases', { alias: unique('alias'), model: await makeModel(api) }),
    ),
  syncId: async ({ store }) => {
    const id = newId('psy', Date.now());
    const row = { state: 'running', dry_run: true, phase: 'fetching', total: null, error: null } as const;
    const made_by = JSON.stringify({ kind: 'key', id: 'key_of_a_fixture', name: 'fixture' });
    await store.db
      .insertInto('price_syncs')
      .values({ id, ...row, made_by })
      .execute();
    return id;
  },
  routeName: async (api) => {
    const name = unique('route');
    const definition = { targets: [await makeModel(api)] };
    await made(api, 'POST /routes', { name, definition });
    return name;
  },
  providerName: (api) => makeProvider(api),
  credentialId: (api, _, { providerName }) => makeCredential(api, providerName),
  upstreamId: (api) => makeCredential(api),
  planId: (api) => idOf(api, 'POST /plans', planBody()),
  priceId: async (api) => {
    const { body } = await api.ask('POST /prices', {
      body: { model: `${unique('vendor')}/*`, markupBasisPoints: 100 },
    });
    return body.price.id;
  },
};

/** A plan under a name that no other has. */
export const planBody = () => ({
  name: unique('plan'),
  monthlyUsd: '5',
  allowanceUsd: '6',
  overage: 'stop',
});
