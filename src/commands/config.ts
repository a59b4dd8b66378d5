/** `tollgate config export`: what the database has, as a configuration file would say it. */
import type { Command } from 'commander';
import { asFile } from '../control/drift/export.ts';
import { storedThings } from '../control/drift/stored.ts';
import { driftTools } from '../declared-things.ts';
import { addCommonOptions, type CommonOptions, type Context, readConfig, withStore } from './context.ts';
import { renderJson } from './table.ts';

export function addConfig(program: Command, context: Context): void {
  const config = program.command('config').description('the configuration file and the database');
  addCommonOptions(
    config
      .command('export')
      .description(
        'print what the database has as a configuration file; secrets stand as variables of the environment',
      ),
  ).action(async (options: CommonOptions) => {
    const tree = asFile(await withStore(context, options, (store) => storedThings(store.db)));
    context.out(options.json ? renderJson(tree) : driftTools(readConfig(context, options)).toYaml(tree));
  });
}
