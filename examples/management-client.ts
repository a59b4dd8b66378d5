/** TOLLGATE_MANAGEMENT_KEY=tgm-... npx node examples/management-client.ts: a key, what it used, and an error. */
import { ApiError, createClient } from '#client';

const tollgate = createClient({
  baseUrl: process.env.TOLLGATE_URL ?? 'http://127.0.0.1:7070',
  key: process.env.TOLLGATE_MANAGEMENT_KEY ?? '',
});

const { id, key } = await tollgate.call('POST /keys', { body: { name: 'ci', limits: { requestsPerMinute: 60 } } });
console.log(id, key);

for await (const usage of tollgate.paginate('GET /usage', { query: { key: id } })) {
  console.log(usage.servedModel, usage.chargeUsd);
}

try {
  await tollgate.call('GET /keys/{keyId}', { params: { keyId: 'key_none' } });
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.log(error.code, error.message, error.remedy, error.requestId);
}
