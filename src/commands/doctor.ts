/** `tollgate doctor`: looks at everything that Tollgate needs, and says what to do about what is wrong. */
import type { Command } from 'commander';
import { activeProviders, nameParts } from '../config/names.ts';
import { type Config, ConfigError } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { providers } from '../providers/index.ts';
import { addCommonOptions, type CommonOptions, type Context, dataDirOf, readConfig } from './context.ts';
import { checkDatabase, type DatabaseCheck } from './doctor/database.ts';
import { type Finding, fail, ok, warn } from './doctor/finding.ts';
import { checkClock, checkDisk, checkNode, checkPort } from './doctor/machine.ts';
import { checkRedis } from './doctor/redis.ts';
import { exitCodes } from './outcome.ts';
import { renderJson } from './table.ts';

export function addDoctor(program: Command, context: Context): void {
  addCommonOptions(
    program.command('doctor').description('check configuration, database, Redis, providers, clock, disk and port'),
  )
    .addHelpText('after', '\nExit code 0: nothing failed (warnings may be left), 1: something failed.')
    .action(async (options: CommonOptions) => {
      const findings = await examine(context, options);
      context.out(options.json ? renderJson({ findings }) : findings.map(renderFinding).join(''));
      if (findings.some(({ level }) => level === 'fail')) process.exitCode = exitCodes.failure;
    });
}

async function examine(context: Context, options: CommonOptions): Promise<Finding[]> {
  const node = checkNode(process.version);
  const config = tryConfig(context, options);
  if (Array.isArray(config)) return [node, ...config];
  const { file, warnings, server } = config;
  const active = activeProviders(config, providers);
  // Signers of clouds: other commands need not wait until they are read.
  const { checkProvider } = await import('./doctor/providers.ts');
  const disk = checkDisk(dataDirOf(context, config));
  const [port, database, redis, ...answers] = await Promise.all([
    checkPort(server.host, server.port),
    checkDatabase(context, config),
    checkRedis(config),
    ...active.map((provider) => checkProvider(provider, () => systemClock.nowMs())),
  ]);
  return [
    node,
    ok('configuration', file ?? 'no file; environment and defaults'),
    ...warnings.map((warning) => warn('configuration', warning, '')),
    disk,
    port,
    database.finding,
    ...(redis ? [redis] : []),
    clock(database, answers),
    ...answers.map(({ finding }) => finding),
    ...(active.length > 0
      ? []
      : [warn('providers', 'none is turned on; only mock/ models work', 'Set a key such as OPENAI_API_KEY.')]),
  ];
}

function tryConfig(context: Context, options: CommonOptions): Config | Finding[] {
  try {
    const config = readConfig(context, options);
    // Only for what it throws: `serve` refuses a route to nowhere.
    nameParts(config, providers, systemClock.nowMs());
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, source, value, expected, remedy }) => {
      const where = [path, source && `(${source})`].filter(Boolean).join(' ');
      return fail(
        'configuration',
        `${where}: ${value === undefined ? '' : `is ${value}, expected `}${expected}`,
        remedy,
      );
    });
  }
}

/** A provider's word counts more than the database's. An embedded database has this machine's own clock. */
function clock(database: DatabaseCheck, answers: readonly { readonly driftMs?: number }[]): Finding {
  const drifts = answers.flatMap(({ driftMs }) => (driftMs === undefined ? [] : [driftMs]));
  const middle = drifts.toSorted((a, b) => a - b)[Math.floor(drifts.length / 2)];
  if (middle !== undefined) return checkClock(middle, drifts.length > 1 ? 'the providers' : 'the provider');
  if (database.driftMs !== undefined) return checkClock(database.driftMs, 'the database');
  return ok('clock', `${new Date(systemClock.nowMs()).toISOString()}, and nothing to compare it with`);
}

function renderFinding({ level, subject, message, remedy }: Finding): string {
  return `${level.padEnd(4)}  ${subject}: ${message}${/[.?!]$/.test(message) ? '' : '.'}${remedy ? ` ${remedy}` : ''}\n`;
}
