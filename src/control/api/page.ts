/** Lists in pages: `?limit=&after=` in, `{ data, next }` out. Rows that come in meanwhile shift nothing. */
import { z } from 'zod';
import { queryInteger } from './fields.ts';

/** A page is made in one go, in the process that serves models too: a thousand rows would hold it for 20 ms. */
export const pageRowsMax = 200;
const pageRowsDefault = 50;
const cursorLengthMax = 400;

/** For a route's query: `z.strictObject({ ...pageQuery, … })`. */
export const pageQuery = {
  limit: queryInteger(1, pageRowsMax)
    .default(pageRowsDefault)
    .describe(`Rows on a page; ${pageRowsDefault} when absent.`),
  after: z.string().min(1).max(cursorLengthMax).optional().describe('The `next` of the page before.'),
};

/** For a route's answer. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next: z.string().nullable().describe('For `after`, to get the next page; null on the last one.'),
  });
}

/**
 * A page of rows that were asked for with `limit + 1`, so that the last page is known without counting. `cursorOf` gives
 * what the next query goes on after: for ids that sort by time, the id.
 */
export function toPage<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string) {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
