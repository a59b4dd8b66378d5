/** Text as Postgres takes it. What callers send in headers and names may hold what it refuses. */

/** Without NUL (Postgres has no such character), lone surrogates replaced, and cut to `lengthMax` characters. */
export function sqlText(text: string, lengthMax: number): string {
  const bounded = text.length > lengthMax ? text.slice(0, lengthMax) : text;
  return bounded.replaceAll('\0', '').toWellFormed();
}
