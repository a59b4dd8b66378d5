/** The audit log as a file, page after page: memory stays the same whatever its length. Newest first. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { csvLine } from '../../lib/csv.ts';
import type { Store } from '../../store/store.ts';
import { type AuditFilter, listAudit } from './list.ts';
import type { ShownAudit } from './shape.ts';

export const auditFormats = ['csv', 'jsonl'] as const;
export type AuditFormat = (typeof auditFormats)[number];

const pageRows = 200;

const columns = [
  'id',
  'at',
  'organizationId',
  'actorKind',
  'actorId',
  'actorName',
  'role',
  'ip',
  'userAgent',
  'action',
  'resourceKind',
  'resourceId',
  'requestId',
  'before',
  'after',
] as const satisfies readonly (keyof ShownAudit)[];

type Row = Awaited<ReturnType<typeof listAudit>>[number];

/** `show`: what this reader may see of a row. */
export async function* exportAudit(
  db: Store['db'],
  filter: AuditFilter,
  format: AuditFormat,
  show: (row: Row) => ShownAudit,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns);
  let after: string | undefined;
  do {
    const rows = await listAudit(db, { ...filter, limit: pageRows, after });
    const lines = rows.map(show).map(format === 'csv' ? toCsv : toJson);
    if (lines.length > 0) yield lines.join('');
    after = rows.length === pageRows ? rows.at(-1)?.id : undefined;
    await nextTurn();
  } while (after !== undefined);
}

function toCsv(row: ShownAudit): string {
  const plain = columns.map((name) => (name === 'at' ? new Date(row.at).toISOString() : row[name]));
  return csvLine(
    plain.map((value) => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))),
  );
}

function toJson(row: ShownAudit): string {
  return `${JSON.stringify({ ...row, at: new Date(row.at).toISOString() })}\n`;
}
