import { describe, expect, it } from 'vitest';
import { parseAddresses } from './address.ts';
import { StoreError } from './error.ts';

const places = (url: string) => parseAddresses(url).map(({ place }) => place);

describe('DATABASE_URL', () => {
  it('names one host', () => {
    expect(places('postgres://u:p@db.example:6432/app')).toEqual(['db.example:6432/app']);
    expect(places('postgresql://u@db.example/app?application_name=x')).toEqual(['db.example:5432/app']);
  });

  it('names several hosts, each with its own port, in their order', () => {
    expect(places('postgres://u:p@h1:5433,h2,[::1]:5434/db?target_session_attrs=read-write')).toEqual([
      'h1:5433/db',
      'h2:5432/db',
      '::1:5434/db',
    ]);
  });

  it('names a socket directory', () => {
    expect(places('postgres://u:p@/db?host=%2Fvar%2Frun%2Fpostgresql')).toEqual(['/var/run/postgresql:5432/db']);
  });

  it('may hold any password, percent-encoded', () => {
    const [first, second] = parseAddresses('postgres://u:a%40b%2C%2Fc@h1,h2/db');
    expect(first?.config.connectionString).toContain('u:a%40b%2C%2Fc@h1/db');
    expect(second?.config.connectionString).toContain('u:a%40b%2C%2Fc@h2/db');
  });

  it('means by sslmode=require what every Postgres client means: encrypted, any certificate', () => {
    expect(parseAddresses('postgres://h/db?sslmode=require')[0]?.config.connectionString).toContain('uselibpqcompat');
  });

  it.each([
    'http://h/db',
    'h:5432/db',
    'postgres://u:secret@h:port/db',
    'postgres://u:secret@h/db?sslrootcert=/not/there',
    `postgres://u:secret@${'h,'.repeat(20)}h/db`,
  ])('is refused in one sentence without its password: %s', (url) => {
    expect(() => parseAddresses(url)).toThrow(StoreError);
    try {
      parseAddresses(url);
    } catch (error) {
      expect(String(error)).toMatch(/^StoreError: DATABASE_URL cannot be used: .*\.$/);
      expect(String(error)).not.toMatch(/secret/);
    }
  });
});
