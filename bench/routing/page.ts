/** The place of the table in a page. */
const begin = '<!-- simulation: written by `npm run simulate -- --write` -->';
const end = '<!-- /simulation -->';

/** Throws where the page has no such place. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The page has no place for the table: ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
