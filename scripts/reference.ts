/** `npm run docs`: writes what the schema says into docs/reference/configuration.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderReference } from '../src/config/reference.ts';
import { configShape } from '../src/config.ts';

const page = new URL('../docs/reference/configuration.md', import.meta.url);
const marked = /(<!-- settings:begin[^>]*-->\n)[\s\S]*(<!-- settings:end -->)/;
const text = readFileSync(page, 'utf8').replace(marked, (_, begin: string, end: string) =>
  [begin, renderReference(configShape), '\n', end].join(''),
);
writeFileSync(page, text);
