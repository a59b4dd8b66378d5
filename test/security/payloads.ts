/** What scanners send to find a database behind a program: each closes a text, a number or a list in its own way. */
const closers = [
  "'",
  "''",
  '"',
  '`',
  "')",
  "'))",
  '")',
  '\\',
  "\\'",
  '%27',
  '%2527',
  '；',
  'ʼ',
  '＇',
  "' ",
  '0',
  '-1',
  '1)',
  '\u0000',
  '$$',
];
const tails = [
  ' OR 1=1--',
  ' OR pg_sleep(3)--',
  '; SELECT pg_sleep(3);--',
  ' || pg_sleep(3) || ',
  ' UNION SELECT NULL,version()--',
  ' UNION ALL SELECT hash FROM keys--',
  '; DROP TABLE usage;--',
  '; UPDATE keys SET revoked_at=NULL;--',
  ' AND 1=CAST((SELECT version()) AS int)--',
  ' AND extractvalue(1,concat(0x7e,version()))--',
  "; COPY keys TO PROGRAM 'id';--",
  ' ORDER BY 999--',
  ') RETURNING *--',
  '/**/OR/**/1/**/=/**/1#',
  ' WAITFOR DELAY 0:0:3--',
  ' AND SLEEP(3)--',
  '%',
  '_',
  '{{7*7}}${7*7}',
  '$(sleep 3)`sleep 3`|sleep 3',
];

/** 400 of them. */
export const payloads: readonly string[] = closers.flatMap((closer) => tails.map((tail) => `x${closer}${tail}`));

/** Words that only a database, or a driver, says. */
export const databaseWords =
  /syntax error|postgres|pg_|relation "|column "|unterminated|kysely|SQLSTATE|22P0|42601|42703|INSERT INTO|invalid byte sequence/i;
