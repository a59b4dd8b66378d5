import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { prepareConnection, worse } from './connection.ts';
import { connectionError, StoreError, type StoreFault } from './error.ts';

const settings = { schema: 's', applicationName: 'a', connectTimeoutMs: 1, statementTimeoutMs: 1 };

/** A server of that version, as far as opening a connection looks. */
const server = (version: number, readOnly = false): pg.ClientBase =>
  ({ query: async () => ({ rows: [{ version, read_only: readOnly }] }) }) as unknown as pg.ClientBase;

describe('a server', () => {
  it('older than 14 is refused with both versions and the remedy', async () => {
    const opening = prepareConnection(server(130_022), settings, 'db:5432/app');
    await expect(opening).rejects.toMatchObject({ fault: 'postgres-old', remedy: expect.stringContaining('Upgrade') });
    await expect(opening).rejects.toThrow('Postgres at db:5432/app is version 13, and Tollgate needs 14 or later.');
  });

  it('of 14 and later is taken, unless it takes no writes', async () => {
    await prepareConnection(server(140_000), settings, 'p');
    await prepareConnection(server(180_004), settings, 'p');
    await expect(prepareConnection(server(180_004, true), settings, 'p')).rejects.toMatchObject({ fault: 'read-only' });
  });
});

describe('of the failures of several hosts', () => {
  const failure = (fault: StoreFault) => new StoreError(fault, 'm.', 'r.');

  it('the one that says most is told', () => {
    const told = (...faults: StoreFault[]) =>
      faults.map(failure).reduce<StoreError | undefined>(worse, undefined)?.fault;
    expect(told('unreachable', 'read-only')).toBe('unreachable');
    expect(told('read-only', 'unreachable')).toBe('unreachable');
    expect(told('password', 'unreachable')).toBe('password');
    expect(told('unreachable', 'password')).toBe('password');
    expect(told('read-only', 'read-only')).toBe('read-only');
  });
});

describe('a message', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'unreachable', 'nothing listens there'],
    [{ code: 'ENOTFOUND' }, 'unreachable', 'there is no such host'],
    [{ code: '57P03' }, 'unreachable', 'it is starting up or shutting down'],
    [{ code: '28P01' }, 'password', 'refused the user or the password'],
    [{ code: '3D000' }, 'database-missing', 'does not exist'],
    [{ code: '53300' }, 'busy', 'no connection left'],
    [new Error('Connection terminated due to connection timeout'), 'unreachable', 'it does not answer'],
    [new Error('self-signed certificate'), 'unreachable', 'self-signed certificate'],
  ])('is one sentence that names the place and the reason: %o', (error, fault, reason) => {
    const told = connectionError(error, 'db:5432/app');
    expect(told.fault).toBe(fault);
    expect(told.message).toContain(reason);
    expect(told.message).toContain('db:5432/app');
    expect(told.message).toMatch(/^[A-Z][^.]*\.$/);
    expect(told.remedy).not.toBe('');
  });
});
