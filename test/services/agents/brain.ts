/**
 * The mind behind an agent, scripted: it has one file written through the agent's own tool, looks at what came back,
 * and says so. Served as five providers at once; one server for all runs, told apart by the model's name.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonRecord } from '../../fakes/conversation.ts';
import { type Asked, type OfferedTool, readAsked, type Upstream } from './asked.ts';
import { type Speech, signature, writeAnswer } from './wires.ts';

export interface BrainCall {
  readonly dialect: Upstream;
  readonly asked: Asked;
}

export const fileName = 'note.txt';
export const fileText = 'tollgate was here: ä "quoted" $HOME\n';

export class Brain {
  readonly calls: BrainCall[] = [];
  /** What a real provider would have refused, with the run that it belongs to. */
  readonly violations: { readonly run: string; readonly what: string }[] = [];
  readonly #server: Server;
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.violations.push({ run: '', what: String(error) });
        response.destroy();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  of(dialect: Upstream, model: string): readonly BrainCall[] {
    return this.calls.filter((call) => call.dialect === dialect && call.asked.model === model);
  }

  /** Of one run, and of requests that belong to none. */
  wrongIn(dialect: Upstream, model: string): readonly string[] {
    const runs = ['', runOf(dialect, model)];
    return this.violations.filter(({ run }) => runs.includes(run)).map(({ what }) => what);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    let run = '';
    const refuse = (status: number, message: string): void => {
      this.violations.push({ run, what: `${request.method} ${request.url}: ${message}` });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
    };
    const path = (request.url ?? '').split('?')[0] ?? '';
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as JsonRecord;
    const read = readAsked(path, body);
    if (read === undefined) return refuse(404, 'no such path');
    const { dialect, asked } = read;
    run = runOf(dialect, asked.model);
    if (!keysOf(request).includes(this.#key)) return refuse(401, 'the wrong key');
    this.calls.push({ dialect, asked });
    const wrong = wrongWith(dialect, asked, body);
    if (wrong !== undefined) return refuse(400, wrong);
    const { type, frames } = writeAnswer(dialect, think(asked, this.calls.length), asked.stream, asked.model);
    response.writeHead(200, { 'content-type': type });
    for (const frame of frames) response.write(frame);
    response.end();
  }
}

export const runOf = (dialect: Upstream, model: string): string => `${model} on ${dialect}`;

function keysOf({ headers }: IncomingMessage): unknown[] {
  return [headers.authorization?.replace('Bearer ', ''), headers['x-api-key'], headers['x-goog-api-key']];
}

/** What the services refuse with 400. */
function wrongWith(dialect: Upstream, { calls, results, tools }: Asked, body: JsonRecord): string | undefined {
  const open = new Set(calls.map(({ id }) => id));
  const stray = results.find(({ callId }) => !open.has(callId));
  if (stray !== undefined) return `a result for ${stray.callId}, which was never called`;
  if (results.length < calls.length) return `${calls.length} calls have ${results.length} results`;
  if (new Set(tools.map(({ name }) => name)).size < tools.length) return 'a tool is offered twice';
  const isGemini = dialect === 'gemini' && calls.length > 0;
  if (isGemini && !JSON.stringify(body).includes(signature)) return 'a functionCall came back without its signature';
  return undefined;
}

/** Errands without the tool (titles, summaries) get a title; the task gets a call, and after its result an end. */
function think({ model, tools, results }: Asked, turn: number): Speech {
  const way = ways.find(({ models }) => models.test(model)) ?? inTheShell;
  const tool = tools.find(({ name }) => way.tool.test(name));
  if (tool === undefined) return { text: 'A title' };
  const last = results.at(-1);
  if (last !== undefined) return { text: way.done.test(last.text) ? 'PONG' : `That is not done: ${last.text}` };
  const { name, namespace, freeform } = tool;
  const call = { id: `call_${turn}`, name, args: argsFor(tool, way.input), ...(freeform && { freeform }) };
  return { text: 'I write the file.', call: { ...call, ...(namespace !== undefined && { namespace }) } };
}

/** How the file is written: with which tool, and what is said to it. */
interface Way {
  readonly models: RegExp;
  readonly tool: RegExp;
  readonly input: string;
  /** What the tool says when it has done it. */
  readonly done: RegExp;
}

const command = `printf '%s' '${fileText}' > ${fileName} && printf 'WRITTEN-%s' 42`;

const inTheShell: Way = {
  models: /./,
  tool: /^(bash|shell|exec_command|run_shell_command)$/i,
  input: command,
  done: /WRITTEN-42/,
};

const ways: readonly Way[] = [
  {
    models: /^codex-patch$/,
    tool: /^apply_patch$/,
    input: `*** Begin Patch\n*** Add File: ${fileName}\n+${fileText}*** End Patch`,
    done: /Success[\s\S]*note\.txt/,
  },
  {
    models: /^codex-code$/,
    tool: /(^|__)exec$/,
    input: `const done = await tools.exec_command({ cmd: ${JSON.stringify(command)} });\ntext(done.output);`,
    done: /WRITTEN-42/,
  },
];

/** Free text goes as it is, or into the only field of a tool that was made for it. */
function argsFor({ schema, freeform }: OfferedTool, input: string): string {
  if (freeform) return input;
  const properties = Object.keys((schema.properties as object | undefined) ?? {});
  const field = properties.find((name) => ['cmd', 'command', 'input'].includes(name)) ?? properties[0] ?? 'input';
  const required = (schema.required as readonly string[] | undefined) ?? [];
  return JSON.stringify({ [field]: input, ...(required.includes('description') && { description: 'Writes a file' }) });
}
