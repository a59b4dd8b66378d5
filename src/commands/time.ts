/** Points in time as people type them: `30d`, `12h`, `45m`, or a date with time. */
import { CommandFailure, exitCodes } from './outcome.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Unix milliseconds. `30d` lies 30 days ahead or back, as `direction` says. Throws CommandFailure. */
export function parseTime(option: string, text: string, direction: 'past' | 'future', nowMs: number): number {
  const span = /^(\d{1,5})([mhd])$/.exec(text);
  if (span) {
    const ms = Number(span[1]) * (unitMs[span[2] ?? ''] ?? 0);
    return direction === 'future' ? nowMs + ms : nowMs - ms;
  }
  const ms = parseDate(text);
  if (ms !== undefined) return ms;
  const remedy = 'Write 30d, 12h, 45m, or a date such as 2027-01-31 or 2027-01-31T12:00:00Z (UTC).';
  throw new CommandFailure(exitCodes.usage, `${option} ${JSON.stringify(text)} is not a point in time.`, remedy);
}

/** Without a zone it is UTC, wherever the machine stands; a day that its month does not have is a mistake. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const [, date, time = 'T00:00', zone = 'Z'] = match ?? [];
  const ms = Date.parse(`${date}${time}${zone}`);
  const exists = !Number.isNaN(ms) && new Date(Date.parse(`${date}T00:00Z`)).toISOString().startsWith(`${date}T`);
  return exists ? ms : undefined;
}
