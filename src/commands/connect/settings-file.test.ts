import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailure } from '../outcome.ts';
import type { Client, Point } from './client.ts';
import { clients } from './clients.ts';
import { planFiles, readPoint, type WrittenFile, writeFiles } from './settings-file.ts';

const point: Point = { url: 'http://127.0.0.1:7070', key: 'tg-one', model: 'main', onlyHere: true };
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const withFiles = [...clients.values()].filter(({ files }) => files.length > 0);
const existing = {
  json: '{\n  // mine\n  "mine": {"kept": [1, 2]}\n}\n',
  toml: '# mine\n[mine]\nkept = [1, 2]\n',
  yaml: '# mine\nmine:\n  kept: [1, 2]\n',
  dotenv: '# mine\nMINE=kept\n',
};
const broken = { json: '{"mine": ', toml: 'mine = ', yaml: 'mine: [', dotenv: undefined };

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tollgate-connect-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const place = () => ({ home, env: {} });
const write = (client: Client, over: Partial<Point> = {}): readonly WrittenFile[] =>
  writeFiles(planFiles(client, { ...point, ...over }, place()), nowMs);

/** Puts one text for each format where the client has its files. */
function prepare(client: Client, texts: Readonly<Record<string, string | undefined>>): string[] {
  return client.files.flatMap(({ paths, format }) => {
    const file = paths(place())[0];
    const text = texts[format];
    if (text === undefined) return [];
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o644 });
    return [file];
  });
}

describe.each(withFiles.map((client) => [client.id, client] as const))('%s', (_, client) => {
  it('a home without settings gets them, readable for nobody else, and the key is in one of them', () => {
    const written = write(client);
    expect(written.map(({ change }) => change)).toEqual(client.files.map(() => 'made'));
    for (const { file } of written) expect(statSync(file).mode & 0o777).toBe(0o600);
    const all = written.map(({ file }) => readFileSync(file, 'utf8')).join('');
    expect(all).toContain('tg-one');
    expect(all).toContain('http://127.0.0.1:7070');
    expect(all).toContain('main');
  });

  it('settings that are there stay, and lie unchanged in a backup', () => {
    const files = prepare(client, existing);
    for (const [i, { file, change, backup = '' }] of write(client).entries()) {
      const before = existing[client.files[i]?.format ?? 'json'];
      expect(change).toBe('changed');
      expect(readFileSync(file, 'utf8')).toMatch(/mine[\s\S]*kept/i);
      expect(backup).toBe(`${files[i]}.bak-20260102-030405`);
      expect(readFileSync(backup, 'utf8')).toBe(before);
      expect([statSync(file).mode & 0o777, statSync(backup).mode & 0o777]).toEqual([0o600, 0o600]);
    }
  });

  it('a second time writes nothing, and another key replaces the first', () => {
    prepare(client, existing);
    write(client);
    expect(write(client).map(({ change }) => change)).toEqual(client.files.map(() => 'none'));
    const again = write(client, { key: 'tg-two' });
    const all = again.map(({ file }) => readFileSync(file, 'utf8')).join('');
    expect(all).toContain('tg-two');
    expect(all).not.toContain('tg-one');
  });

  it('what was written is read again, and nothing from a home without settings', () => {
    expect(readPoint(client, place())).toEqual({});
    write(client);
    const { url, key, model } = point;
    expect(readPoint(client, place())).toEqual({ url, key, model });
  });

  it('a broken file is refused with a remedy, and nothing at all is written', () => {
    const files = prepare(client, broken);
    if (files.length === 0) throw new Error('every client has a file that can be broken');
    const before = readdirSync(home, { recursive: true });
    expect(() => write(client)).toThrow(CommandFailure);
    expect(() => write(client)).toThrow(/is left as it is/);
    expect(readdirSync(home, { recursive: true })).toEqual(before);
    for (const file of files) expect(Object.values(broken)).toContain(readFileSync(file, 'utf8'));
  });
});

describe('files', () => {
  const claude = clients.get('claude') as Client;

  it('a file that is a link stays one, and what it points to is changed', () => {
    const dotfile = path.join(home, 'dotfiles.json');
    writeFileSync(dotfile, '{}', { mode: 0o600 });
    mkdirSync(path.join(home, '.claude'));
    symlinkSync(dotfile, path.join(home, '.claude', 'settings.json'));
    write(claude);
    expect(lstatSync(path.join(home, '.claude', 'settings.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(dotfile, 'utf8')).toContain('tg-one');
  });

  it('two backups of one second do not overwrite each other', () => {
    prepare(claude, existing);
    const backups = ['tg-one', 'tg-two'].flatMap((key) => write(claude, { key }).map(({ backup }) => backup ?? ''));
    expect(new Set(backups).size).toBe(2);
    expect(backups.every((backup) => existsSync(backup))).toBe(true);
  });

  it('no file of another process is left beside it', () => {
    write(claude);
    expect(readdirSync(path.join(home, '.claude'))).toEqual(['settings.json']);
  });

  it('a directory, text that is not UTF-8 and a file too large are refused', () => {
    const file = path.join(home, '.claude', 'settings.json');
    mkdirSync(file, { recursive: true });
    expect(() => write(claude)).toThrow(/is a directory/);
    rmSync(file, { recursive: true });
    writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(() => write(claude)).toThrow(/not UTF-8/);
    writeFileSync(file, ' '.repeat(5_000_000));
    expect(() => write(claude)).toThrow(/is larger than/);
  });

  it("the client's own variables move its files, and the second of two names is used where it is there", () => {
    const moved = { home, env: { CODEX_HOME: path.join(home, 'elsewhere') } };
    expect(planFiles(clients.get('codex') as Client, point, moved)[0]?.file).toBe(
      path.join(home, 'elsewhere/config.toml'),
    );
    const folder = path.join(home, '.config', 'opencode');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'opencode.jsonc'), '{}');
    expect(planFiles(clients.get('opencode') as Client, point, place())[0]?.file).toBe(
      path.join(folder, 'opencode.jsonc'),
    );
  });
});
