/** What the documents promise, compared with the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { renderAccessMatrix } from '../scripts/access-matrix.ts';
import { renderApiReference } from '../scripts/api-reference.ts';
import { renderClientTypes } from '../scripts/client-types.ts';
import { renderErrorTable } from '../scripts/error-table.ts';
import { doors } from '../src/dialects/doors.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

it('the table of errors is what the dialects render; "npm run docs" writes it', () => {
  expect(read('docs/reference/errors.md')).toContain(renderErrorTable());
});

it('the reference of the API is what the routes say; "npm run docs" writes it', () => {
  expect(read('docs/reference/api.md')).toContain(renderApiReference());
});

it('the types of the client are those of the API; "npm run docs" writes them', () => {
  expect(read('client/src/api.ts')).toBe(renderClientTypes());
});

it('the table of who may do what is the one that is asked; "npm run docs" writes it', () => {
  expect(read('docs/reference/access.md')).toContain(renderAccessMatrix());
});

it('every link to a file leads somewhere', () => {
  const dead = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map((match) => path.join(path.dirname(page), match[1] ?? ''))
      .filter((target) => !existsSync(path.join(root, target)))
      .map((target) => `${page} -> ${target}`),
  );
  expect(dead).toEqual([]);
});

it('every file that ARCHITECTURE.md, AGENTS.md and docs/guarantees.md name exists', () => {
  const named = ['ARCHITECTURE.md', 'AGENTS.md', 'docs/guarantees.md'].flatMap((page) =>
    [...read(page).matchAll(/`((?:src|test|docs|gateway|journal|llm|dialects|config|store|commands)\/[\w/.-]+)`/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  const missing = named.filter(
    (name) => !existsSync(path.join(root, name)) && !existsSync(path.join(root, 'src', name)),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});

it('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm (?:run )?(start|test|check|[a-z]+:[a-z]+)\b/g)]);
  expect(named.map((match) => match[1]).filter((name) => !(name && name in scripts))).toEqual([]);
});

it('the README lists every path that is served', () => {
  const paths = doors.map((door) => door.path);
  for (const door of paths) expect(read('README.md')).toContain(`POST ${door}`);
});

it('AGENTS.md stays within 70 lines', () => {
  expect(read('AGENTS.md').trimEnd().split('\n').length).toBeLessThanOrEqual(70);
});
