/** `tollgate route explain`: who would be asked, in which order, for how much, and why. Asks no provider. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Quote } from '../../gateway/own/quote.ts';
import { addCommonOptions, type CommonOptions, type Context, dataDirOf, readConfig } from '../context.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';
import { renderJson } from '../table.ts';
import { renderQuote } from './quote-text.ts';

const help = `
Without --url it goes by the configuration alone: nothing has been measured then, and prices are the provider's. With --url and
--key a running gateway says what it would do now, at the prices of that key. No provider is called either way.

  tollgate route explain --model main --prompt "What are your opening hours?"
  tollgate route explain --file request.json --url http://localhost:4000 --key tg-...`;

export function addExplain(route: Command, context: Context): void {
  addCommonOptions(route.command('explain').description('say who would be asked for a request, and why'))
    .option('--model <name>', 'the model or route; default: the one of the file')
    .option('--prompt <text>', 'what the user says (default: Hello.)')
    .option('--file <file>', 'instead of a prompt: the whole body of a request, in any dialect; - for standard input')
    .option('--dialect <name>', 'of the file: openai-chat, anthropic, gemini ... (default: by its shape)')
    .option('--url <address>', 'ask the gateway that runs there')
    .option('--key <key>', 'a key of that gateway (or TOLLGATE_KEY)')
    .addHelpText('after', help)
    .action((options: ExplainOptions) => explain(context, options));
}

interface ExplainOptions extends CommonOptions {
  readonly model?: string;
  readonly prompt?: string;
  readonly file?: string;
  readonly dialect?: string;
  readonly url?: string;
  readonly key?: string;
}

async function explain(context: Context, options: ExplainOptions): Promise<void> {
  const body = JSON.stringify(await bodyOf(context, options));
  const quote = await quoteOf(context, options, body);
  context.out(options.json ? renderJson(quote) : renderQuote(quote, options.url === undefined));
}

async function quoteOf(context: Context, options: ExplainOptions, body: string): Promise<Quote> {
  const { url, dialect } = options;
  if (url === undefined) {
    const config = readConfig(context, options);
    // A whole gateway: other commands need not wait until it is read.
    const { withGateway } = await import('./offline-quote.ts');
    return withGateway(config, dataDirOf(context, config), (at, key) => ask(at, key, body, dialect));
  }
  const key = options.key ?? context.env.TOLLGATE_KEY;
  if (key === undefined || key === '')
    throw misuse('--url needs a key of that gateway.', 'Add --key tg-..., or set TOLLGATE_KEY.');
  return ask(url.replace(/\/+$/, ''), key, body, dialect);
}

async function bodyOf(context: Context, { model, prompt, file }: ExplainOptions): Promise<object> {
  if (file === undefined) {
    if (model === undefined) throw misuse('It needs --model, or a --file that names one.', 'Add --model NAME.');
    return { model, messages: [{ role: 'user', content: prompt ?? 'Hello.' }] };
  }
  if (prompt !== undefined) throw misuse('--prompt and --file say the same.', 'Give one of them.');
  const body = parsed(await readBody(context, file), file);
  return model === undefined ? body : { ...body, model };
}

async function readBody(context: Context, file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return readFileSync(path.resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw misuse(`The file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, 'Name another one.');
  }
}

function parsed(json: string, file: string): object {
  try {
    const body: unknown = JSON.parse(json);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Told below, like any other text that is no body.
  }
  throw misuse(`${file} holds no JSON object.`, 'It takes the body of a request as it would be sent.');
}

async function ask(url: string, key: string, body: string, dialect: string | undefined): Promise<Quote> {
  const query = dialect === undefined ? '' : `?dialect=${encodeURIComponent(dialect)}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/route${query}`, { method: 'POST', headers, body }).catch((error: Error) => {
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    throw new CommandFailure(exitCodes.failure, `Nobody answers at ${url}: ${why}.`, 'Is the gateway running there?');
  });
  const said = (await answer.json().catch(() => undefined)) as Quote | undefined;
  if (answer.ok && said?.object === 'route.quote') return said;
  throw new CommandFailure(exitCodes.failure, messageIn(said) ?? `${url} answered ${answer.status}, and no quote.`, '');
}

/** Every dialect has it at the same place but one. */
function messageIn(said: unknown): string | undefined {
  const { error, message } = (said ?? {}) as { error?: { message?: unknown }; message?: unknown };
  const told = error?.message ?? message;
  return typeof told === 'string' ? told : undefined;
}

function misuse(message: string, remedy: string): CommandFailure {
  return new CommandFailure(exitCodes.usage, message, remedy);
}
