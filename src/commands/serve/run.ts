/** Starts everything, says where it is, runs until it is told to stop. */
import { activeProviders, nameParts } from '../../config/names.ts';
import type { Config } from '../../config.ts';
import type { DeclaredBudget } from '../../control/budgets/declared.ts';
import { type Declared, type DeclaredProject, importDeclared } from '../../control/keys/declared.ts';
import { createKey, listKeys } from '../../control/keys/keys.ts';
import { hasOwner, makeLink } from '../../control/sign-in/links.ts';
import { type Instance, startInstance } from '../../instance.ts';
import { JournalLocked } from '../../journal/directory-lock.ts';
import { systemClock } from '../../lib/clock.ts';
import { scaleDecimal } from '../../lib/money.ts';
import type { Limits } from '../../llm/limits.ts';
import { providers } from '../../providers/index.ts';
import type { Store } from '../../store/store.ts';
import {
  type CommonOptions,
  type Context,
  dataDirOf,
  openConfiguredStore,
  prepareDirectory,
  readConfig,
} from '../context.ts';
import { CommandFailure, directoryFailure, exitCodes } from '../outcome.ts';
import { ownAddress } from '../port.ts';
import { linkAddress } from '../sign-in-link.ts';
import { addressFailure, refuseTakenPort } from './address.ts';
import { type LogWriter, openLog } from './log-writer.ts';
import { watchProcess } from './process-watch.ts';
import { type First, renderWelcome } from './welcome.ts';

export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly workers?: string;
}

export async function serve(context: Context, options: ServeOptions): Promise<void> {
  const { host, port, workers } = options;
  const config = readConfig(context, options, { 'server.host': host, 'server.port': port, 'server.workers': workers });
  // Only for what it throws: a route to nowhere should be told before a database is started.
  nameParts(config, providers, systemClock.nowMs());
  const log = openLog({ level: config.log.level, format: logFormat(config, context) });
  for (const warning of config.warnings) log.warn({}, warning);
  let instance: Instance | undefined;
  const endAtOnce = (exitCode: number) => {
    instance?.flushNow();
    log.flush();
    process.exit(exitCode);
  };
  const { stopRequested } = watchProcess({
    monotonicMs: () => systemClock.monotonicMs(),
    onSecondSignal: () => {
      log.warn({}, 'second signal: ending at once; the journal has what was not settled');
      endAtOnce(exitCodes.ok);
    },
    onCrash: (error) => {
      log.error({ error }, 'a bug in Tollgate: nobody caught this, so the process ends');
      endAtOnce(exitCodes.internal);
    },
  });
  await refuseTakenPort(config);
  prepareDirectory(dataDirOf(context, config));
  const store = await openConfiguredStore(context, config, log);
  try {
    const isFirstStart = await importKeys(store, config, log);
    instance = await start(context, config, store, log);
    const first = isFirstStart ? await createFirst(store, instance, config) : undefined;
    greet(context, options, config, instance, first);
    if (first === undefined && !(await hasOwner(store.db))) {
      log.info({}, 'nobody owns this installation yet: "tollgate admin link" prints a link for its first owner');
    }
    const signal = await stopRequested;
    log.info({ signal, drainMs: config.server.drainMs }, 'stopping; running requests may end');
    await instance.stop(config.server.drainMs);
  } finally {
    await store.close();
    log.flush();
  }
  log.info({}, 'stopped');
  log.flush();
  process.exit(exitCodes.ok);
}

/** Returns whether nobody has any key yet. */
async function importKeys(store: Store, config: Config, log: LogWriter): Promise<boolean> {
  const known = await listKeys(store, { includeRevoked: true, limit: 1 });
  const declared = declaredBy(config);
  await importDeclared(store, declared, systemClock, log);
  return known.length === 0 && declared.keys.length === 0;
}

/** Made when everything else has worked: a key that is made and then not shown is lost. */
async function createFirst(store: Store, instance: Instance, { signIn }: Config): Promise<First> {
  const { key } = await createKey(store, { name: 'first' }, systemClock);
  await instance.refresh();
  const token = await makeLink(store.db, 'first-owner', null, systemClock);
  return { key, dashboard: linkAddress(signIn.publicUrls?.[0] ?? ownAddress(instance.address), 'first-owner', token) };
}

function declaredBy(config: Config): Declared {
  const keys = Object.entries(config.keys).map(
    ([name, { key, organization, project, models, limits, cache, expiresAt, budgets }]) => ({
      name,
      key,
      organization,
      ...(project && { project }),
      ...(models && { models }),
      ...(limits && { limits }),
      ...(cache && { cache }),
      ...(expiresAt && { expiresAtMs: Date.parse(expiresAt) }),
      ...(budgets && { budgets: budgets.map(toBudget) }),
    }),
  );
  const organizations = Object.entries(config.organizations).map(
    ([name, { billing, markupPercent, limits, budgets, projects, content }]) => ({
      name,
      ...(billing && { billing }),
      ...(markupPercent !== undefined && { markupBasisPoints: Number(scaleDecimal(markupPercent, 2)) }),
      ...(limits && { limits }),
      ...(content && { content }),
      ...(budgets && { budgets: budgets.map(toBudget) }),
      ...(projects && {
        projects: Object.entries(projects).map(([project, { limits: of }]) => toProject(project, of)),
      }),
    }),
  );
  return { organizations, keys };
}

function toProject(name: string, limits: Limits | undefined): DeclaredProject {
  return { name, ...(limits && { limits }) };
}

type FileBudget = NonNullable<Config['keys'][string]['budgets']>[number];

function toBudget({ usd, tokens, requests, window, action, switchTo }: FileBudget): DeclaredBudget {
  const shared = { window, action, ...(switchTo !== undefined && { switchTo }) };
  if (usd !== undefined) return { ...shared, unit: 'usd', limitUnits: scaleDecimal(usd, 9) };
  if (tokens !== undefined) return { ...shared, unit: 'tokens', limitUnits: BigInt(tokens) };
  return { ...shared, unit: 'requests', limitUnits: BigInt(requests ?? 0) };
}

async function start(context: Context, config: Config, store: Store, log: LogWriter): Promise<Instance> {
  const dataDir = dataDirOf(context, config);
  try {
    const again = () => importDeclared(store, declaredBy(config), systemClock, log);
    return await startInstance({ config, dataDir, store, log, importDeclared: again });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === 'listen' && code) throw addressFailure(code, config.server.host, config.server.port);
    if (error instanceof JournalLocked) throw new CommandFailure(exitCodes.directory, error.message, '');
    throw directoryFailure(dataDir, error);
  }
}

function greet(
  context: Context,
  options: ServeOptions,
  config: Config,
  { address }: Instance,
  first: First | undefined,
): void {
  const url = ownAddress(address);
  if (options.json) {
    context.out(`${JSON.stringify({ version: context.version, url, ...first })}\n`);
    return;
  }
  const names = activeProviders(config, providers).map(({ id }) => id);
  const flags = [options.config && `--config ${options.config}`, options.dataDir && `--data-dir ${options.dataDir}`];
  const welcome = { version: context.version, url, providers: names, options: flags.filter(Boolean).join(' ') };
  context.out(renderWelcome({ ...welcome, ...first }));
}

function logFormat(config: Config, context: Context): 'json' | 'text' {
  if (config.log.format !== 'auto') return config.log.format;
  return context.isTerminal ? 'text' : 'json';
}
