/**
 * `npm run simulate`: every strategy, and the documented rules of other gateways, over the same recorded hours. Without
 * network, the same each time; what it rests on is in docs/routing.md.
 *
 * --write    puts the table into docs/routing.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTable } from './page.ts';
import { simulate, tableOf } from './table.ts';

const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const table = tableOf(simulate());
console.log(table);
if (options.write) {
  const page = join(import.meta.dirname, '../../docs/routing.md');
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), table));
}
