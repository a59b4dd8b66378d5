import { hash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Key, keyLengthMax, type Snapshot } from '../snapshot/snapshot.ts';
import { authenticate } from './authenticate.ts';

const organization = { id: 'org_1', name: 'acme', disabled: false };

function snapshotOf(text: string): Snapshot {
  const key: Key = { id: 'key_1', name: 'ci', kind: 'call', organization };
  const keys = new Map([[hash('sha256', text, 'hex'), key]]);
  return { version: 1, keys, resolve: () => ({ missing: true }), listModels: () => [], listRoutes: () => [] };
}

function knock(text: string): Key {
  const request = new IncomingMessage(new Socket());
  request.headers['x-api-key'] = text;
  return authenticate(request, snapshotOf(text), 0);
}

describe('a key', () => {
  it('as long as the configuration takes is let in', () => {
    expect(knock('k'.repeat(keyLengthMax)).id).toBe('key_1');
  });

  it('that is longer cannot exist, and is refused like any wrong one', () => {
    expect(() => knock('k'.repeat(keyLengthMax + 1))).toThrow('The API key is not valid');
  });
});
