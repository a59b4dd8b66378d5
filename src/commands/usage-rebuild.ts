/** `tollgate usage rebuild`: the sums of whole days made anew from their requests. */
import type { Command } from 'commander';
import { systemClock } from '../lib/clock.ts';
import { askForRebuild, daysToRebuild, rebuildDay } from '../store/roll-ups/rebuild.ts';
import type { Store } from '../store/store.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson } from './table.ts';
import { parseTime } from './time.ts';

const help = `
The sums by minute, hour and day of each day (UTC) are replaced at one moment, so that figures are right all the while;
requests may come in meanwhile. May be interrupted: days that are left stay on a list, which a running gateway works off
too. --rest goes on with that list alone. Days whose requests retention took keep the sums they have.`;

export function addUsageRebuild(usage: Command, context: Context): void {
  addCommonOptions(usage.command('rebuild').description('make the sums of days anew from their requests'))
    .option('--since <when>', 'from this day on: 30d or 2027-01-31 (default: from the first)')
    .option('--until <when>', 'days that begin before: 1d or 2027-02-28')
    .option('--rest', 'only days that are still on the list, as after an interruption')
    .addHelpText('after', help)
    .action((_: unknown, command: Command) => rebuild(context, ownOptions(usage, command)));
}

const own: ReadonlySet<string> = new Set(['since', 'until', 'rest', 'config', 'dataDir', 'json']);

/** An option that `tollgate usage` has too is read by that one; what is only that one's has no meaning here. */
function ownOptions(usage: Command, command: Command): RebuildOptions {
  const names = Object.keys(usage.opts()).filter((name) => usage.getOptionValueSource(name) === 'cli');
  const [other] = names.filter((name) => !own.has(name));
  if (other === undefined) return command.optsWithGlobals<RebuildOptions>();
  const remedy = 'Leave it out: days are made anew for everybody.';
  throw new CommandFailure(exitCodes.usage, `--${other} is not an option of "usage rebuild".`, remedy);
}

interface RebuildOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly rest?: true;
}

async function rebuild(context: Context, options: RebuildOptions): Promise<void> {
  const { since, until, rest = false } = options;
  if (rest && (since !== undefined || until !== undefined)) {
    const remedy = 'Leave --since and --until out, or --rest.';
    throw new CommandFailure(exitCodes.usage, '--rest takes what is on the list, whatever days those are.', remedy);
  }
  const nowMs = systemClock.nowMs();
  const sinceMs = since === undefined ? 0 : parseTime('--since', since, 'past', nowMs);
  const untilMs = until === undefined ? nowMs + dayMs : parseTime('--until', until, 'past', nowMs);
  const days = await withStore(context, options, async (store) => {
    if (!rest) await askForRebuild(store.db, sinceMs, untilMs);
    const wanted = await daysToRebuild(store.db, daysMax);
    return rebuildAll(store, rest ? wanted : wanted.filter((day) => day > sinceMs - dayMs && day < untilMs), context);
  });
  context.out(options.json ? renderJson({ days }) : `The sums of ${days} days are made anew.\n`);
}

const dayMs = 86_400_000;
const daysMax = 100_000;
/** A gateway that is adding requests up is done by then. */
const busyMs = 100;

/** Returns how many. What a gateway took from the list meanwhile is made twice, which changes nothing. */
async function rebuildAll({ db }: Store, days: readonly number[], context: Context): Promise<number> {
  for (const [i, day] of days.entries()) {
    while (!(await rebuildDay(db, day))) await new Promise((resolve) => setTimeout(resolve, busyMs));
    context.err(`${new Date(day).toISOString().slice(0, 10)} is made anew, ${i + 1} of ${days.length}\n`);
  }
  return days.length;
}
