/** `npm run check`: types, style, leftovers and walls. Runs all of them and lists what failed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
const steps = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'types of the dashboard', command: [bin('tsc'), '--noEmit', '-p', 'dashboard'] },
  { name: 'size of the dashboard', command: [process.execPath, 'scripts/dashboard-size.mjs'] },
  { name: 'style', command: [bin('biome'), 'check', '.'] },
  { name: 'leftovers', command: [bin('knip')] },
  { name: 'architecture', command: [bin('vitest'), 'run', 'test/architecture.test.ts'] },
];

const results = await Promise.all(steps.map(run));
for (const { name, ok, output, seconds } of results) {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)\n${ok ? '' : indent(output)}`);
}
const failed = results.filter(({ ok }) => !ok);
const summary = process.argv[process.argv.indexOf('--summary') + 1];
if (process.argv.includes('--summary') && summary) {
  writeFileSync(
    summary,
    JSON.stringify({ numPassedTests: results.length - failed.length, numFailedTests: failed.length }),
  );
}
if (failed.length > 0) {
  process.stdout.write(`Failed: ${failed.map(({ name }) => name).join(', ')}.\n`);
  process.exitCode = 1;
}

function run({ name, command: [file, ...args] }) {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = (ok) => resolve({ name, ok, output, seconds: (performance.now() - startedMs) / 1_000 });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function indent(text) {
  return `${text.trimEnd().replaceAll(/^/gm, '  ')}\n`;
}
