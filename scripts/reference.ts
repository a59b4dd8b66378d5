/** `npm run docs`: writes what the code says between the marks of the reference pages, and the client's types. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderReference } from '../src/config/reference.ts';
import { configShape } from '../src/config.ts';
import { renderAccessMatrix } from './access-matrix.ts';
import { renderApiReference } from './api-reference.ts';
import { renderClientTypes } from './client-types.ts';
import { renderErrorTable } from './error-table.ts';
import { fidelityRows, renderFidelity } from './fidelity/page.ts';
import { renderProviderTable, renderQuirkTable } from './provider-table.ts';

writeBetween('configuration.md', 'settings', renderReference(configShape));
writeBetween('errors.md', 'kinds', renderErrorTable());
writeBetween('providers.md', 'vendors', renderProviderTable());
writeBetween('providers.md', 'quirks', renderQuirkTable());
writeBetween('access.md', 'matrix', renderAccessMatrix());
writeBetween('api.md', 'routes', renderApiReference());
writeFileSync(new URL('../docs/fidelity.md', import.meta.url), renderFidelity(fidelityRows()));
writeFileSync(new URL('../client/src/api.ts', import.meta.url), renderClientTypes());

function writeBetween(name: string, mark: string, table: string): void {
  const page = new URL(`../docs/reference/${name}`, import.meta.url);
  const marked = new RegExp(`(<!-- ${mark}:begin[^>]*-->\n)[\\s\\S]*(<!-- ${mark}:end -->)`);
  const text = readFileSync(page, 'utf8').replace(marked, (_, begin: string, end: string) =>
    [begin, table, '\n', end].join(''),
  );
  writeFileSync(page, text);
}
