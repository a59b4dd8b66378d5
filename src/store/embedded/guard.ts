/**
 * A tiny shell between us and Postgres. It holds the reading end of a pipe whose writing end only we have: when we end,
 * in whatever way (kill -9 too), the pipe closes and the guard shuts Postgres down. No orphan, no signal handler.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Place } from './place.ts';

/**
 * $1 log, $2 guard file's prefix, $3 the server's lock file, $4 the pid of a server that runs already (or empty), then
 * the server's command. SIGINT is Postgres's fast shutdown. The watcher is a process of its own, so that it outlives a
 * killed shell.
 */
const script = `
log=$1 prefix=$2 lock=$3 pid=$4
shift 4
exec 3<&0 </dev/null
if [ -z "$pid" ]; then
  "$@" 3<&- >>"$log" 2>&1 &
  pid=$! child=yes
fi
echo "$$" >"$prefix.$pid"
( while read -r _; do :; done <&3; kill -INT "$pid" ) 2>/dev/null &
watcher=$!
exec 3<&-
if [ -n "$child" ]; then
  wait "$pid"
  status=$?
  kill "$watcher" 2>/dev/null
else
  wait "$watcher"
  while [ -e "$lock" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  status=0
fi
rm -f "$prefix.$pid"
exit "$status"
`;

/** Starts `command` under a guard, or with a pid instead puts a guard on the server that has it. */
export function spawnGuard(place: Place, server: { command: readonly string[] } | { pid: number }): ChildProcess {
  const [pid, command] = 'pid' in server ? [String(server.pid), []] : ['', server.command];
  const files = [place.logFile, place.guardFile, join(place.cluster, 'postmaster.pid')];
  const guard = spawn('/bin/sh', ['-c', script, 'tollgate-guard', ...files, pid, ...command], {
    ...place.identity,
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own: Ctrl-C at our terminal must not stop Postgres while requests still drain.
    detached: true,
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  guard.stdin?.on('error', () => {});
  return guard;
}

/** The pid of the guard of that server, if it is alive. */
export function readGuard(place: Place, serverPid: number): number | undefined {
  const pid = readPid(`${place.guardFile}.${serverPid}`);
  return pid !== undefined && isAlive(pid) ? pid : undefined;
}

/** Of guards that were killed themselves. */
export function removeStaleGuardFiles(place: Place): void {
  const prefix = `${basename(place.guardFile)}.`;
  for (const name of readdirSync(dirname(place.guardFile))) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    rmSync(join(dirname(place.guardFile), name), { force: true });
  }
}

/** The first line of a file, as a process id. */
export function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Dead, but nobody asked how it died: in a container without an init process it stays so forever. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
