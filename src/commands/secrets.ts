/** `tollgate secrets`: under which master key secrets lie, whether all of them open, and bringing them under a new one. */
import type { Command } from 'commander';
import { countSecrets, type Refusals, rotateSecrets, verifySecrets } from '../control/secrets/rotation.ts';
import type { SecretBox } from '../lib/secret-box.ts';
import { addMasterKey, secretBox } from '../master-key.ts';
import type { Store } from '../store/store.ts';
import { addCommonOptions, type CommonOptions, type Context, dataDirOf, readConfig, withStore } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addSecrets(program: Command, context: Context): void {
  const secrets = program.command('secrets').description('see and change the master key that secrets are sealed under');
  addCommonOptions(secrets.command('status').description('count secrets by their master key')).action(
    (options: CommonOptions) => status(context, options),
  );
  addCommonOptions(secrets.command('verify').description('open every secret, and name those that do not open')).action(
    (options: CommonOptions) => verify(context, options),
  );
  addCommonOptions(
    secrets.command('rotate').description('bring all secrets under the master key of now; gateways may run meanwhile'),
  )
    .option('--new-key', 'make a new master key first, where it lies in the data directory')
    .addHelpText('after', '\nIt can be broken off and run again at any time. docs/secrets.md says the order of steps.')
    .action((options: RotateOptions) => rotate(context, options));
}

interface RotateOptions extends CommonOptions {
  readonly newKey?: boolean;
}

async function status(context: Context, options: CommonOptions): Promise<void> {
  const [kinds, masterKey] = await withBox(context, options, async ({ db }, box) => [
    await countSecrets(db, box),
    box.keyName,
  ]);
  if (options.json) return context.out(renderJson({ masterKey, kinds }));
  context.out(`The master key of now is ${masterKey}.\n`);
  const rows = kinds.map(({ what, rows: all, current, plain }) => [what, ...[all, current, plain].map(String)]);
  context.out(renderTable(['WHAT', 'SECRETS', 'UNDER IT', 'NOT SEALED'], rows));
}

async function verify(context: Context, options: CommonOptions): Promise<void> {
  const { rows, refused } = await withBox(context, options, ({ db }, box) => verifySecrets(db, box));
  if (options.json) context.out(renderJson({ rows, refused }));
  else if (refused.count === 0) context.out(`All of ${rows} secrets open.\n`);
  else context.out(`${refused.count} of ${rows} secrets do not open:\n${refusalTable(refused)}`);
  if (refused.count > 0) process.exitCode = exitCodes.failure;
}

async function rotate(context: Context, options: RotateOptions): Promise<void> {
  const config = readConfig(context, options);
  if (options.newKey === true) {
    if (config.secrets.masterKey !== undefined)
      throw new CommandFailure(
        exitCodes.usage,
        'The master key stands in the configuration, so it cannot be made here.',
        'Put a new one into secrets.masterKey and the one before into secrets.previousMasterKeys: docs/secrets.md.',
      );
    addMasterKey(dataDirOf(context, config));
  }
  const [{ rows, refused }, masterKey] = await withBox(context, options, async ({ db }, box) => [
    await rotateSecrets(db, box),
    box.keyName,
  ]);
  if (options.json) context.out(renderJson({ masterKey, rows, refused }));
  else {
    context.out(`${rows} secrets were sealed anew under the master key ${masterKey}.\n`);
    if (refused.count > 0) context.out(`${refused.count} do not open, and were left:\n${refusalTable(refused)}`);
  }
  if (refused.count > 0) process.exitCode = exitCodes.failure;
}

function refusalTable({ named }: Refusals): string {
  return renderTable(
    ['WHAT', 'ID', 'WHY'],
    named.map(({ what, id, why }) => [what, id, why]),
  );
}

function withBox<T>(
  context: Context,
  options: CommonOptions,
  work: (store: Store, box: SecretBox) => Promise<T>,
): Promise<T> {
  const config = readConfig(context, options);
  return withStore(context, options, (store) => work(store, secretBox(config.secrets, dataDirOf(context, config))));
}
