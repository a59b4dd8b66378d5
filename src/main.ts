/** The command line. The only file, beside the configuration, that reads the environment. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAdmin } from './commands/admin.ts';
import { addAlerts } from './commands/alerts.ts';
import { addBudgets } from './commands/budgets.ts';
import { addConfig } from './commands/config.ts';
import { addConnect } from './commands/connect.ts';
import type { Context } from './commands/context.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInvoices } from './commands/invoices.ts';
import { addKeys } from './commands/keys.ts';
import { addLedger } from './commands/ledger.ts';
import { addMargin } from './commands/margin.ts';
import { addModels } from './commands/models.ts';
import { addOrganizations } from './commands/organizations.ts';
import { endingOf, exitCodes } from './commands/outcome.ts';
import { addPlans } from './commands/plans.ts';
import { addPrices } from './commands/prices.ts';
import { addRoute } from './commands/route.ts';
import { addRoutes } from './commands/routes.ts';
import { addSecrets } from './commands/secrets.ts';
import { addServe } from './commands/serve.ts';
import { renderJson } from './commands/table.ts';
import { addUsage } from './commands/usage.ts';
import { addWallet } from './commands/wallet.ts';
import { nearest } from './lib/nearest.ts';

// One level up both from src/ and from dist/.
const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const context: Context = {
  env: process.env,
  cwd: currentDirectory(),
  version: manifest.version,
  out: (text) => void process.stdout.write(text),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
};

await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  // `tollgate models | head` closes our output early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = buildProgram();
  try {
    refuseUnknownCommand(program, args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      if (error.exitCode !== 0 && args.includes('--json')) context.out(renderJson(misuse(error)));
      return;
    }
    const { exitCode, text, json } = endingOf(error);
    if (args.includes('--json')) context.out(renderJson(json));
    context.err(`${text}\n`);
    process.exitCode = exitCode;
  }
}

/** Commander has told people already. */
function misuse({ message }: CommanderError): Record<string, unknown> {
  const remedy = 'Add --help for the options.';
  return { error: { exitCode: exitCodes.usage, message: message.replace(/^error: /, ''), remedy } };
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('The directory that this was started in does not exist any more. Change to another one.\n');
    return process.exit(exitCodes.failure);
  }
}

function buildProgram(): Command {
  const program = new Command('tollgate')
    .description('Self-hosted LLM gateway: one key and one bill in front of every model.')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .addHelpText('after', '\nWithout a command, "serve" is run. Exit codes: docs/reference/exit-codes.md.');
  addServe(program, context);
  addKeys(program, context);
  addUsage(program, context);
  addOrganizations(program, context);
  addWallet(program, context);
  addBudgets(program, context);
  addPlans(program, context);
  addPrices(program, context);
  addMargin(program, context);
  addInvoices(program, context);
  addAlerts(program, context);
  addLedger(program, context);
  addModels(program, context);
  addConfig(program, context);
  addRoute(program, context);
  addRoutes(program, context);
  addSecrets(program, context);
  addConnect(program, context);
  addDoctor(program, context);
  addAdmin(program, context);
  return program;
}

/** The default command would take a misspelt one for its own argument. */
function refuseUnknownCommand(program: Command, [first]: readonly string[]): void {
  if (first === undefined || first.startsWith('-') || first === 'help') return;
  const names = program.commands.map((command) => command.name());
  if (names.includes(first)) return;
  const guess = nearest(first, names);
  const hint = guess ? `Did you mean "tollgate ${guess}"?` : `Commands: ${names.join(', ')}.`;
  program.error(`"${first}" is not a command of Tollgate. ${hint}`, { exitCode: exitCodes.usage });
}
