import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pythonPath } from './clients.ts';
import { type Outcomes, png, type SdkTarget } from './sdk-suite.ts';

export function runPython(program: string): (target: SdkTarget) => Promise<Outcomes> {
  return (target) => runProgram<Outcomes>(program, { ...target, png });
}

/** Runs a program of python/ with all its scenarios. Throws with what it wrote when it fails as a whole. */
export function runProgram<T>(program: string, target: object): Promise<T> {
  const file = fileURLToPath(new URL(`python/${program}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(pythonPath(), ['-B', file, JSON.stringify(target)], {
      env: { PATH: process.env.PATH ?? '', PYTHONUTF8: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as T);
      else reject(new Error(`${program} ended with ${code}:\n${errors}`));
    });
  });
}
