import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configShape } from '../config.ts';
import { environmentName } from './environment.ts';
import { renderReference } from './reference.ts';
import { listLeaves } from './shape.ts';

const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');

it('the reference page says what the schema says; "npm run docs" writes it', () => {
  expect(page).toContain(renderReference(configShape));
});

it('every leaf says what it is for and what it takes', () => {
  const silent = listLeaves(configShape).filter((leaf) => leaf.description === '');
  expect(silent.map((leaf) => leaf.path.join('.'))).toEqual([]);
});

it('no two leaves share a variable', () => {
  const names = listLeaves(configShape).map((leaf) => environmentName(leaf.path));
  expect(new Set(names).size).toBe(names.length);
});
