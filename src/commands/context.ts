/** What every command gets: the world as arguments, and the options that all of them share. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { providers } from '../providers/index.ts';
import { openStore, type Store } from '../store/store.ts';
import { directoryFailure } from './outcome.ts';

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Writes to stdout: results only. */
  readonly out: (text: string) => void;
  /** Resolves when what was written can be followed by more without piling up. */
  readonly drained: () => Promise<void>;
  /** Writes to stderr. */
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** `--config`, `--data-dir` and `--json`, the same for every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: tollgate.yaml, if there is one)')
    .option('--data-dir <directory>', 'where the embedded database and the journal live')
    .option('--json', 'print the result as JSON');
}

/** Throws ConfigError. */
export function readConfig(
  context: Context,
  options: CommonOptions,
  flags: Record<string, string | undefined> = {},
): Config {
  return loadConfig({
    file: options.config ?? (context.env.TOLLGATE_CONFIG || undefined),
    cwd: context.cwd,
    env: context.env,
    registry: [...providers.values()],
    flags: { dataDir: options.dataDir, ...flags },
  });
}

export function dataDirOf(context: Context, config: Config): string {
  return path.resolve(context.cwd, config.dataDir);
}

/** Makes the directory and proves that it takes files. Throws CommandFailure. */
export function prepareDirectory(directory: string): void {
  const probe = path.join(directory, `.write-test-${process.pid}`);
  try {
    makeDirectory(directory);
    writeFileSync(probe, '');
    rmSync(probe, { force: true });
  } catch (error) {
    throw directoryFailure(directory, error);
  }
}

/** Parent by parent: the runtime's own `recursive` never ends where a file system answers ENOENT to it, as /proc does. */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  if (path.dirname(directory) !== directory) makeDirectory(path.dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have been faster.
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** The data directory is only made where the database lives in it. Throws StoreError or CommandFailure. */
export async function openConfiguredStore(context: Context, config: Config, log: Log): Promise<Store> {
  const dataDir = dataDirOf(context, config);
  const { url, schema } = config.database;
  if (url === undefined) prepareDirectory(dataDir);
  try {
    return await openStore({ dataDir, url, schema, clock: systemClock, log });
  } catch (error) {
    throw directoryFailure(dataDir, error);
  }
}

/** For commands that ask the database one thing and end. */
export async function withStore<T>(
  context: Context,
  options: CommonOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openConfiguredStore(context, readConfig(context, options), silentLog);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
