import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { parseAddresses } from './address.ts';
import { type DriverPool, openDriverPool } from './driver-pool.ts';

let database: TestDatabase;
let pool: DriverPool;

beforeEach(async () => {
  database = await testDatabase();
  await database.open();
  const addresses = [...parseAddresses('postgres://nobody@127.0.0.1:1/none'), ...parseAddresses(database.url)];
  const settings = { schema: database.schema, applicationName: 'test', connectTimeoutMs: 2_000 };
  pool = openDriverPool(addresses, { ...settings, statementTimeoutMs: 10_000 }, 2);
});

afterEach(async () => {
  await pool.end();
  await database.close();
});

it('goes round to the host that takes writes, and stays there', async () => {
  await expect(pool.query('SELECT 1')).rejects.toThrow();
  for (let i = 0; i < 3; i++) {
    const { rows } = await pool.query('SELECT current_schema() AS schema, 9007199254740993::int8 AS big');
    expect(rows).toEqual([{ schema: database.schema, big: '9007199254740993' }]);
  }
});
