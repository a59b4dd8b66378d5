/** Rows that Postgres refuses for what is in them. They are money: kept whole, with the reason, for a person to look at. */
import fs from 'node:fs';

/** `row`: the JSON of a settlement. On the disk when it returns. Throws what the disk throws. */
export function keepRejected(path: string, row: string, reason: string, rejectedAtMs: number): void {
  const fd = fs.openSync(path, 'a', 0o600);
  try {
    fs.writeFileSync(fd, `{"rejectedAtMs":${rejectedAtMs},"reason":${JSON.stringify(reason)},"row":${row}}\n`);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
