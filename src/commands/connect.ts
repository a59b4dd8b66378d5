/** `tollgate connect <client>`: the settings that point a client here, printed, written, or tried. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../lib/clock.ts';
import { nearest } from '../lib/nearest.ts';
import type { CheckResult } from './connect/check.ts';
import type { Client, Place, Point } from './connect/client.ts';
import { clients } from './connect/clients.ts';
import { planFiles, readPoint, writeFiles } from './connect/settings-file.ts';
import { renderShown, renderWritten, showSettings } from './connect/show.ts';
import { addCommonOptions, type CommonOptions, type Context, readConfig } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { addressText } from './port.ts';
import { renderJson } from './table.ts';

interface ConnectOptions extends CommonOptions {
  readonly url?: string;
  readonly key?: string;
  readonly model?: string;
  readonly onlyHere?: boolean;
  readonly write?: boolean;
  readonly check?: boolean;
  readonly home?: string;
}

export function addConnect(program: Command, context: Context): void {
  const names = [...clients.keys()].join(', ');
  addCommonOptions(
    program.command('connect').description('point a client at Tollgate: print, write or try its settings'),
  )
    .argument('<client>', names)
    .option('--url <url>', 'where Tollgate is (default: the address in the configuration)')
    .option(
      '--key <key>',
      'the key that the client is to use (default: TOLLGATE_KEY; for --check, the one in its files)',
    )
    .option('--model <model>', 'the model or route that it is to ask for')
    .option('--only-here', 'also turn off what it sends to other hosts: telemetry, update checks')
    .option('--write', 'write the settings into its files; what was there is kept beside them')
    .option('--check', 'send one small request as this client would, and say what came back')
    .option('--home <directory>', 'whose settings (default: your home directory)')
    .addHelpText('after', '\nA key is made with "tollgate keys create NAME". Exit code 1: the check failed.')
    .action((name: string, options: ConnectOptions) => connect(context, name, options));
}

async function connect(context: Context, name: string, options: ConnectOptions): Promise<void> {
  const client = findClient(name);
  const place = placeOf(context, options);
  const point = pointOf(context, client, options, place);
  if (!options.write && !options.check) return print(context, client, point, place, options);
  const written = options.write ? write(context, client, point, place, options) : undefined;
  const checked = options.check ? await check(context, client, point, options) : undefined;
  if (options.json) context.out(renderJson({ ...(written && { written }), ...(checked && { check: checked }) }));
  if (checked?.ok === false) process.exitCode = exitCodes.failure;
}

function print(context: Context, client: Client, point: Point, place: Place, options: ConnectOptions): void {
  const shown = showSettings(client, point, place);
  if (options.json) return context.out(renderJson(shown));
  context.out(renderShown(client, shown, `tollgate connect ${client.id}`));
  if (point.key === missingKey) context.err(`${missingKey} stands for a key. ${keyRemedy(client)}\n`);
}

function write(context: Context, client: Client, point: Point, place: Place, options: ConnectOptions) {
  needKey(client, point);
  if (client.files.length === 0) {
    const remedy = `"tollgate connect ${client.id}" prints the steps.`;
    throw new CommandFailure(exitCodes.usage, `${client.name} has no file for its settings.`, remedy);
  }
  const written = writeFiles(planFiles(client, point, place), systemClock.nowMs());
  if (!options.json) context.out(renderWritten(client, written, client.notes(point)));
  return written;
}

async function check(context: Context, client: Client, point: Point, options: ConnectOptions): Promise<CheckResult> {
  needKey(client, point);
  // All dialects: other commands need not wait until they are read.
  const { checkClient } = await import('./connect/check.ts');
  const result = await checkClient(client, point, point.model ?? client.defaultModel ?? '');
  if (!options.json) context.out(renderCheck(result));
  return result;
}

function renderCheck({ ok, request, model, status, message, remedy, dropped, requestId }: CheckResult): string {
  const head = [request, `model ${model}`, status, requestId].filter(Boolean).join(', ');
  const lost = dropped === undefined ? '' : `Not carried to the provider: ${dropped}.\n`;
  return `${head}\n${ok ? 'ok  ' : 'fail'}  ${[message, remedy].filter(Boolean).join(' ')}\n${lost}`;
}

function findClient(name: string): Client {
  const found = clients.get(name);
  if (found !== undefined) return found;
  const names = [...clients.keys()];
  const guess = nearest(name, names);
  const remedy = guess ? `Did you mean ${guess}?` : `Clients: ${names.join(', ')}.`;
  throw new CommandFailure(exitCodes.usage, `"${name}" is not a client that Tollgate knows.`, remedy);
}

const missingKey = 'tg-YOUR-KEY';

function pointOf(context: Context, client: Client, options: ConnectOptions, place: Place): Point {
  const url = urlOf(context, options);
  const written = options.check && !options.write ? writtenFor(client, place, url) : {};
  const { onlyHere = false } = options;
  const model = options.model ?? written.model ?? (client.defaultModel === undefined ? undefined : '');
  if (model === undefined) {
    const remedy = 'Name one with --model; "tollgate models" lists what can be called.';
    throw new CommandFailure(exitCodes.usage, `${client.name} has to be told a model.`, remedy);
  }
  const key = options.key ?? written.key ?? (context.env.TOLLGATE_KEY || missingKey);
  refuseOdd('--key', key, 'A key is one word, as "tollgate keys create" printed it.');
  if (model !== '') refuseOdd('--model', model, '"tollgate models" lists what can be called.');
  return { url, key, onlyHere, ...(model !== '' && { model }) };
}

/** What the client's files say, if they point here: a key for another place is not sent to this one. */
function writtenFor(client: Client, place: Place, url: string): ReturnType<typeof readPoint> {
  const written = readPoint(client, place);
  return written.url === url ? written : {};
}

/** What would need quotes in one of the files, or could end a header. */
function refuseOdd(option: string, text: string, remedy: string): void {
  if (/^[\x21-\x7e]+$/.test(text) && !/["'`\\#$]/.test(text)) return;
  throw new CommandFailure(exitCodes.usage, `${option} has a character that does not belong there.`, remedy);
}

function urlOf(context: Context, options: ConnectOptions): string {
  if (options.url === undefined) {
    const { host, port } = readConfig(context, options).server;
    // An address that listens everywhere is called at this machine's own.
    const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    return `http://${addressText(name, port)}`;
  }
  const remedy = 'Write it as http://host:port or https://host, without user, query or /v1.';
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new CommandFailure(exitCodes.usage, '--url is not an address that a client can be given.', remedy);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}

function placeOf(context: Context, { home }: ConnectOptions): Place {
  if (home === undefined) return { home: homedir(), env: context.env };
  return { home: path.resolve(context.cwd, home), env: {} };
}

function needKey(client: Client, point: Point): void {
  if (point.key !== missingKey) return;
  throw new CommandFailure(exitCodes.usage, 'There is no key to give to the client.', keyRemedy(client));
}

function keyRemedy({ id }: Client): string {
  return `Make one with "tollgate keys create ${id}", and give it with --key or TOLLGATE_KEY.`;
}
