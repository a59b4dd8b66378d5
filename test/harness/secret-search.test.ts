/** The search that ends every run: it finds a secret however it is spelled, and never shows it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newKey } from '../../src/control/keys/format.ts';
import { refuseLeaks } from './after-all.ts';
import { SecretSearch } from './secret-search.ts';

const secret = 'wb7"Planted<Secret>&0123456789/+x';
const others = Array.from({ length: 500 }, (_, i) => ({ what: 'other', secret: `another-secret-of-the-tests-${i}` }));
const search = new SecretSearch([...others, { what: 'planted', secret }]);
const find = (text: string) => search.in(Buffer.from(text)).map(({ what }) => what);

const encoded = (before: string, encoding: 'base64' | 'base64url') =>
  Buffer.from(`${before}${secret}tail`).toString(encoding);

const spellings: Readonly<Record<string, string>> = {
  plain: secret,
  'in JSON': JSON.stringify({ error: secret }),
  'in JSON in JSON': JSON.stringify(JSON.stringify({ error: secret })).slice(0, 60),
  'in an address': `/x?key=${encodeURIComponent(secret)}`,
  hexadecimal: Buffer.from(secret).toString('hex'),
  'upper-case hexadecimal': Buffer.from(secret).toString('hex').toUpperCase(),
  'base64 at its beginning': encoded('', 'base64'),
  'base64 after one byte': encoded('1', 'base64'),
  'base64 after two': encoded('12', 'base64'),
  'base64 after seven': encoded('1234567', 'base64url'),
  'base64 in lines of 16': encoded('1', 'base64').replaceAll(/(.{16})/g, '$1\n'),
  'over two lines': `${secret.slice(0, 9)}\n    ${secret.slice(9)}`,
  'over two lines, in JSON': `${secret.slice(0, 15)}\\n${secret.slice(15)}`,
  'its beginning': secret.slice(0, 24),
  'its end': secret.slice(-24),
  'in XML': '<x>wb7"Planted&lt;Secret&gt;&amp;0123456789/+x</x>',
};

describe('a secret that was written down', () => {
  it.each(Object.entries(spellings))('is found: %s', (_, text) => {
    expect(find(text)).toEqual(['planted']);
    expect(find(`${'some text before '.repeat(1_000)}${text}${' and behind'.repeat(1_000)}`)).toEqual(['planted']);
  });

  it('is found when nobody named it, if it is a key that was made; what only looks like one is not', () => {
    const key = newKey('management');
    expect(find(`{"key":"${key}"}`)).toEqual(['a key that was made']);
    expect(find(`{"key":"tgm-${'a'.repeat(46)}"}`)).toEqual([]);
    expect(find(key.slice(0, 12))).toEqual([]);
  });

  it('is told with its file and what stands around it, and not shown', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-after-all-'));
    writeFileSync(join(directory, 'secrets-1.jsonl'), `${JSON.stringify({ what: 'planted', secret })}\n`);
    writeFileSync(join(directory, 'stderr-1.txt'), 'nothing here\n');
    refuseLeaks(directory);
    writeFileSync(join(directory, 'stderr-2.txt'), `{"message":"the provider said ${secret}"}\n`);
    const told = () => refuseLeaks(directory);
    expect(told).toThrow(
      /1 times:\nstderr-2\.txt: planted, plain: …\{"message":"the provider said wb7\[33 characters\]\/\+x/,
    );
    expect(told).not.toThrow(secret.slice(3, 20));
    rmSync(directory, { recursive: true });
  });

  it('is looked for in ten megabytes in seconds', () => {
    const text = Buffer.from(JSON.stringify({ level: 'info', message: 'nothing' }).repeat(270_000));
    const startedMs = performance.now();
    expect(search.in(text)).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});
