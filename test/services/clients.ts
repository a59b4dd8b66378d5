/**
 * The clients of the services suite, installed once into `.cache/services` (untracked): a Python environment with the
 * official SDKs, and command-line agents. Versions are pinned in requirements.txt and below; a new pin is a new
 * folder, so nothing is ever half upgraded.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface AgentPackage {
  readonly package: string;
  readonly version: string;
  readonly program: string;
}

/** By the names that `tollgate connect` has for them. */
export const agentPackages: Readonly<Record<string, AgentPackage>> = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.330', program: 'claude' },
  codex: { package: '@openai/codex', version: '0.169.0', program: 'codex' },
  gemini: { package: '@google/gemini-cli', version: '0.61.0', program: 'gemini' },
  opencode: { package: 'opencode-ai', version: '1.18.33', program: 'opencode' },
  continue: { package: '@continuedev/cli', version: '1.5.47', program: 'cn' },
  qwen: { package: '@qwen-code/qwen-code', version: '0.24.4', program: 'qwen' },
  pi: { package: '@mariozechner/pi-coding-agent', version: '0.73.1', program: 'pi' },
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, '.cache', 'services');
const requirements = join(root, 'test', 'services', 'requirements.txt');
const installMsMax = 8 * 60_000;

/** The Python of the environment that has the SDKs. */
export function pythonPath(): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(cache, `python-${hash}`, 'bin', 'python');
}

/** The agent's program. */
export function agentPath(id: string): string {
  const agent = agentPackages[id];
  if (agent === undefined) throw new Error(`no such agent: ${id}`);
  return join(agentFolder(agent), 'node_modules', '.bin', agent.program);
}

function agentFolder(agent: AgentPackage): string {
  return join(cache, `${agent.package.split('/').at(-1)}-${agent.version}`);
}

/** Installs what is missing. Throws with the installer's own words. */
export function installClients(): void {
  installOnce(join(pythonPath(), '..', '..'), (folder) => {
    createVenv(folder);
    run(join(folder, 'bin', 'python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ]);
  });
  for (const agent of Object.values(agentPackages)) {
    installOnce(agentFolder(agent), (folder) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
      // Install scripts fetch the program for this machine: they have to run.
      run('npm', [
        'install',
        '--prefix',
        folder,
        '--no-fund',
        '--no-audit',
        '--loglevel=error',
        `${agent.package}@${agent.version}`,
      ]);
    });
  }
}

/** A folder counts only with its mark: an interrupted installation is thrown away and made again. */
function installOnce(folder: string, install: (folder: string) => void): void {
  const mark = join(folder, '.installed');
  if (existsSync(mark)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  install(folder);
  writeFileSync(mark, '');
}

function createVenv(folder: string): void {
  const first = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (first.status === 0) return;
  // Debian keeps venv in a package of its own.
  if (process.getuid?.() !== 0)
    throw new Error(`python3 -m venv failed; install python3-venv: ${first.stdout}${first.stderr}`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3', 'python3-venv']);
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: installMsMax });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
}
