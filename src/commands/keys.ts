/** `tollgate keys create|list|revoke`: works beside a running gateway, which follows within a second. */
import { type Command, Option } from 'commander';
import { type Scope, scopes } from '../control/api/roles.ts';
import { createKey, type KeyFilter, type KeyInfo, listKeys, revokeKey } from '../control/keys/keys.ts';
import { systemClock } from '../lib/clock.ts';
import { showLimits } from '../llm/limits.ts';
import type { Store } from '../store/store.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { addLimitOptions, limitsFrom } from './limit-options.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';
import { parseTime } from './time.ts';

export function addKeys(program: Command, context: Context): void {
  const keys = program.command('keys').description('make, list and revoke keys');
  addLimitOptions(addCommonOptions(keys.command('create').description('make a key; it is shown once')))
    .argument('<name>', 'what it is for')
    .option('--organization <name>', 'who it belongs to; made if it is not there (default: default)')
    .option('--project <name>', 'the project that it belongs to, with its budgets; made if it is not there')
    .option('--member <name>', 'the person or program that it belongs to; made if it is not there')
    .option('--models <patterns>', 'models and routes it may call, with commas: openai/*,main (default: all)')
    .option('--expires <when>', 'from when it is refused: 30d, 12h or 2027-01-31T00:00:00Z (default: never)')
    .option('--cache-seconds <seconds>', 'how long answers to its requests are kept (default: as routes say)')
    .option('--management', 'a key for managing (tgm-) instead of calling')
    .addOption(
      new Option(
        '--scope <scope>',
        'what a management key may: everything everywhere, or what a member of its organization with this role may (default: operator in the organization default, else organization, which is owner)',
      ).choices(scopes),
    )
    .action((name: string, options: CreateOptions) => create(context, name, options));
  addCommonOptions(keys.command('list').description('list keys, newest first'))
    .option('--organization <name>', 'only keys of this organization')
    .option('--all', 'revoked ones too')
    .action((options: ListOptions) => list(context, options));
  addCommonOptions(keys.command('revoke').description('make a key invalid, everywhere, within a second'))
    .argument('<key>', 'its id, its name, or the whole key')
    .action((which: string, options: CommonOptions) => revoke(context, which, options));
}

interface CreateOptions extends CommonOptions {
  readonly organization?: string;
  readonly project?: string;
  readonly member?: string;
  readonly models?: string;
  readonly expires?: string;
  readonly cacheSeconds?: string;
  readonly management?: boolean;
  readonly scope?: Scope;
}

interface ListOptions extends CommonOptions {
  readonly organization?: string;
  readonly all?: boolean;
}

async function create(context: Context, name: string, options: CreateOptions): Promise<void> {
  const { organization, project, member, models, expires, cacheSeconds, management, scope } = options;
  const limits = limitsFrom(options);
  const request = {
    name,
    ...(management && { kind: 'management' as const }),
    ...(scope !== undefined && { scope }),
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
    ...(member !== undefined && { member }),
    ...(models !== undefined && { models: models.split(',').map((pattern) => pattern.trim()) }),
    limits,
    ...(cacheSeconds !== undefined && { cache: { ttlMs: Number(cacheSeconds) * 1000 } }),
    ...(expires !== undefined && { expiresAtMs: parseTime('--expires', expires, 'future', systemClock.nowMs()) }),
  };
  const created = await withStore(context, options, (store) => createKey(store, request, systemClock));
  if (options.json) return context.out(renderJson(created));
  context.out(`${created.key}\n`);
  context.err(
    `Key "${created.name}" of organization "${created.organization}" (${created.id}). It is shown only now.\n`,
  );
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const { organization, all } = options;
  const filter = { ...(organization !== undefined && { organization }), includeRevoked: all === true };
  const keys = await withStore(context, options, (store) => listAll(store, filter));
  if (options.json) return context.out(renderJson(keys));
  if (keys.length === 0) return context.out('There are no such keys. Make one with "tollgate keys create NAME".\n');
  const nowMs = systemClock.nowMs();
  const rows = keys.map((key) => [
    key.name,
    `${key.prefix}…`,
    key.organization,
    key.models?.join(',') ?? 'all',
    showLimits(key.limits),
    day(key.createdAtMs),
    stateOf(key, nowMs),
    key.id,
  ]);
  context.out(renderTable(['NAME', 'KEY', 'ORGANIZATION', 'MODELS', 'LIMITS', 'CREATED', 'STATE', 'ID'], rows));
}

const pageRowsMax = 1_000;

async function listAll(store: Store, filter: KeyFilter): Promise<readonly KeyInfo[]> {
  const keys: KeyInfo[] = [];
  for (let after: string | undefined; ; after = keys.at(-1)?.id) {
    const page = await listKeys(store, { ...filter, limit: pageRowsMax, ...(after !== undefined && { after }) });
    keys.push(...page);
    if (page.length < pageRowsMax) return keys;
  }
}

async function revoke(context: Context, which: string, options: CommonOptions): Promise<void> {
  const result = await withStore(context, options, (store) => revokeKey(store, which, systemClock));
  if ('missing' in result) {
    const remedy = 'See "tollgate keys list" for names and ids.';
    throw new CommandFailure(exitCodes.failure, 'There is no valid key with this id, name or text.', remedy);
  }
  if ('ambiguous' in result) {
    const ids = result.ambiguous.map(({ id }) => id).join(', ');
    throw new CommandFailure(exitCodes.failure, `Several keys have this name: ${ids}.`, 'Name one by its id.');
  }
  const { revoked } = result;
  if (options.json) return context.out(renderJson(revoked));
  context.out(`Key "${revoked.name}" (${revoked.id}) is revoked; every gateway refuses it within a second.\n`);
}

function stateOf(key: KeyInfo, nowMs: number): string {
  if (key.revokedAtMs !== undefined) return `revoked ${day(key.revokedAtMs)}`;
  if (key.expiresAtMs === undefined) return 'valid';
  return key.expiresAtMs <= nowMs ? `expired ${day(key.expiresAtMs)}` : `valid until ${day(key.expiresAtMs)}`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
