/** `/api/v1/secrets`: under which master key the secrets in the database lie. Never the secrets. */
import { z } from 'zod';
import type { SecretBox } from '../../lib/secret-box.ts';
import { addJob, jobState } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';
import { queryFlag } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { boxOf } from './box.ts';
import { countByKey, countSecrets, verifySecrets } from './rotation.ts';
import { rotationTask } from './tasks.ts';

const tag = 'secrets';
const counts = {
  rows: z.int(),
  current: z.int().describe('Of them, sealed under the master key of now.'),
};
const status = z
  .object({
    masterKey: z.string().describe('Tells the master key of now from others, and says nothing of it.'),
    ...counts,
    keys: z
      .array(
        z.object({
          masterKey: z.string(),
          rows: z.int(),
          isCurrent: z.boolean(),
          isKnown: z
            .boolean()
            .describe('false: this instance does not have it, so that what lies under it does not open.'),
        }),
      )
      .describe('Every master key that something lies under.'),
    rotation: z
      .enum(['waiting', 'running'])
      .nullable()
      .describe('The job that brings all under the master key of now; null: there is none.'),
    kinds: z.array(
      z.object({ what: z.string(), ...counts, plain: z.int().describe('Not sealed yet: a rotation seals them.') }),
    ),
    refused: z
      .object({
        count: z.int(),
        named: z.array(z.object({ what: z.string(), id: z.string(), why: z.string() })).describe('The first hundred.'),
      })
      .nullable()
      .describe('With `verify`: those that do not open, since they were changed, moved, or sealed under another key.'),
  })
  .meta({ id: 'SecretsStatus' });

export const secretRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/secrets',
    tag,
    summary: 'See under which master key secrets lie',
    description:
      'While a rotation runs, `current` grows until it is `rows`. With `verify`, every secret is opened once.',
    query: z.strictObject({ verify: queryFlag.optional() }),
    answer: status,
    handle: ({ query: { verify } }, parts) => statusOf(parts.store, boxOf(parts), verify === true),
  }),
  route({
    method: 'POST',
    path: '/secrets/rotate',
    tag,
    summary: 'Bring all secrets under the master key of now',
    description:
      'Runs as a job, in batches, while requests go on; after a restart it goes on where it was. The answer is the state before it. First give every instance the new `secrets.masterKey` and the one before in `secrets.previousMasterKeys`.',
    status: 202,
    answer: status,
    async handle({ write }, parts) {
      const box = boxOf(parts);
      return write(async (db) => {
        await addJob(parts.store, db, { task: rotationTask, payload: {}, key: rotationTask });
        return statusOf({ schema: parts.store.schema, db }, box, false);
      });
    },
  }),
];

async function statusOf(
  store: Pick<Store, 'schema' | 'db'>,
  box: SecretBox,
  verify: boolean,
): Promise<z.output<typeof status>> {
  const { db } = store;
  // Another process may have made a new one.
  box.reload();
  const kinds = await countSecrets(db, box);
  const byKey = await countByKey(db);
  const rotation = await jobState(store, rotationTask);
  const sum = (of: 'rows' | 'current') => kinds.reduce((total, each) => total + each[of], 0);
  const refused = verify ? (await verifySecrets(db, box)).refused : null;
  return {
    masterKey: box.keyName,
    rows: sum('rows'),
    current: sum('current'),
    keys: [...byKey]
      .map(([name, rows]) => ({ masterKey: name, rows, isCurrent: name === box.keyName, isKnown: box.knows(name) }))
      .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.rows - a.rows),
    rotation: rotation ?? null,
    kinds: [...kinds],
    refused: refused && { count: refused.count, named: [...refused.named] },
  };
}
