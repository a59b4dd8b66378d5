/** `npm run new:vendor -- --id acme …`: writes a vendor's file, its line in the registry, its recording and its docs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { recordingOf } from './recording.ts';

const usage = `Writes what a new vendor needs.

  npm run new:vendor -- --id acme --name "Acme AI" --base-url https://api.acme.example/v1 --env ACME_API_KEY

  --id ID           lower case, the first part of acme/model
  --name NAME       as people write it
  --base-url URL    as the vendor's page tells its users
  --env NAME        the variable of its key
  --docs URL        the page that the file is written from (default: the address)
  --dialect D       openai-chat (default), anthropic or openai-responses
  --catalog ID      its id in the price data of @pydantic/genai-prices
`;

interface Vendor {
  readonly id: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly env: string;
  readonly docs: string;
  readonly dialect: string;
  readonly catalog: string | undefined;
}

const root = path.resolve(import.meta.dirname, '..');
const paths: Readonly<Record<string, string>> = {
  'openai-chat': '/chat/completions',
  anthropic: '/messages',
  'openai-responses': '/responses',
};

function readVendor(): Vendor | undefined {
  const { values } = parseArgs({
    options: {
      id: { type: 'string' },
      name: { type: 'string' },
      'base-url': { type: 'string' },
      env: { type: 'string' },
      docs: { type: 'string' },
      dialect: { type: 'string', default: 'openai-chat' },
      catalog: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { id, name, 'base-url': baseUrl, env, docs, dialect, catalog } = values;
  if (values.help || id === undefined || name === undefined || baseUrl === undefined || env === undefined)
    return undefined;
  return { id, name, baseUrl: baseUrl.replace(/\/+$/, ''), env, docs: docs ?? baseUrl, dialect, catalog };
}

/** What is wrong with it, for a person. */
function mistakeIn({ id, name, baseUrl, env, docs, dialect, catalog }: Vendor): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(id)) return `--id ${id}: lower-case letters, digits and "-", at most 64.`;
  if (existsSync(fileOf(id))) return `--id ${id}: src/providers/${id}.ts is there already.`;
  if (!/^[^'\\\n]{1,64}$/.test(name)) return `--name ${name}: at most 64 characters, without quotes.`;
  if (!isHttps(baseUrl) || /[?#]/.test(baseUrl)) return `--base-url ${baseUrl}: an address that begins with https://.`;
  if (!isHttps(docs)) return `--docs ${docs}: an address that begins with https://.`;
  if (!/^[A-Z][A-Z0-9_]*_(API_KEY|TOKEN)$/.test(env)) return `--env ${env}: a name such as ACME_API_KEY.`;
  if (paths[dialect] === undefined) return `--dialect ${dialect}: one of ${Object.keys(paths).join(', ')}.`;
  if (catalog !== undefined && !/^[a-z0-9_-]+$/.test(catalog)) return `--catalog ${catalog}: an id of the price data.`;
  return undefined;
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && !/['\\\s]/.test(text);
}

const fileOf = (id: string) => path.join(root, 'src/providers', `${id}.ts`);
const constantOf = (id: string) => id.replaceAll(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function renderFile({ id, name, baseUrl, env, docs, dialect, catalog }: Vendor): string {
  const key = /^[a-z]+$/.test(dialect) ? dialect : `'${dialect}'`;
  return `import { bearer, provider } from './provider.ts';

export const ${constantOf(id)} = provider({
  id: '${id}',
  name: '${name}',
  baseUrl: '${baseUrl}',
  docs: '${docs}',
  auth: bearer,
  keyEnv: ['${env}'],
  speaks: { ${key}: { path: '${paths[dialect]}' } },
${catalog === undefined ? '' : `  catalogId: '${catalog}',\n`}  modelsPath: '/models',
});
`;
}

function addToRegistry(id: string): void {
  const file = path.join(root, 'src/providers/index.ts');
  const constant = constantOf(id);
  const text = readFileSync(file, 'utf8')
    .replace(/^import type \{ Provider \}/m, `import { ${constant} } from './${id}.ts';\n$&`)
    .replace(/^ {2}openaiCompatible,$/m, `  ${constant},\n$&`);
  writeFileSync(file, text);
}

function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
}

function write(vendor: Vendor): void {
  const { id } = vendor;
  writeFileSync(fileOf(id), renderFile(vendor));
  addToRegistry(id);
  const recording = path.join(root, 'test/fixtures/vendors', `${id}.json`);
  mkdirSync(path.dirname(recording), { recursive: true });
  writeFileSync(recording, recordingOf(id, []));
  run(
    path.join('node_modules', '.bin', 'biome'),
    'check',
    '--write',
    `src/providers/${id}.ts`,
    'src/providers/index.ts',
  );
  // In a process of its own: this one has read the registry as it was.
  run(process.execPath, 'scripts/reference.ts');
}

function next({ id, env }: Vendor): string {
  return `Written: src/providers/${id}.ts, its line in src/providers/index.ts, test/fixtures/vendors/${id}.json,
and its row in docs/reference/providers.md.

Next, with a key:

  ${env}=… npm run conformance -- --vendor ${id} --model MODEL --record test/fixtures/vendors/${id}.json
  npx vitest run test/providers.test.ts test/vendor-recordings.test.ts

What fails there is a quirk, with its reason: docs/vendors.md
`;
}

const vendor = readVendor();
const mistake = vendor && mistakeIn(vendor);
if (vendor === undefined || mistake !== undefined) {
  process.stderr.write(mistake === undefined ? usage : `${mistake}\n`);
  process.exitCode = 2;
} else {
  write(vendor);
  process.stdout.write(next(vendor));
}
