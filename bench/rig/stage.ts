/** What every scenario is played on: the fake provider, and the load generator. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { buildRig } from './binary.ts';
import { startSpeaking } from './child.ts';

/** The load generator's order (bench/rig/go/load/order.go). */
export interface Order {
  readonly address: string;
  /** Base64 of whole requests, asked in turn. */
  readonly requests: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
  /** 0: as many as are needed. */
  readonly connections: number;
  readonly marks: number;
  readonly abortShare?: number;
  readonly abortAfter?: number;
  readonly patienceSeconds?: number;
}

/** Nanoseconds (bench/rig/go/load/result.go). */
export interface Times {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly histogram: string;
}

export interface LoadResult {
  readonly scheduled: number;
  readonly answered: number;
  readonly aborted: number;
  readonly failed: number;
  readonly failures?: Readonly<Record<string, number>>;
  readonly lostMarks: number;
  readonly disorderedMarks: number;
  readonly marks: number;
  readonly askedAgain: number;
  readonly connectionsOpenMax: number;
  readonly underWayMax: number;
  readonly elapsedSeconds: number;
  readonly processorSeconds: number;
  readonly latency: Times;
  readonly firstToken: Times;
  readonly gap: Times;
  readonly onTheWay: Times;
  readonly lag: Times;
}

export interface Counts {
  readonly requests: number;
  /** Of them those in Anthropic's dialect. */
  readonly messages: number;
  readonly aborted: number;
  readonly open: number;
  readonly connections: number;
}

export interface Stage {
  /** The program of bench/rig/go. */
  readonly program: string;
  readonly providerPid: number;
  readonly providerPort: number;
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const program = buildRig();
  const provider = await startSpeaking(program, ['provider']);
  return {
    program,
    providerPid: provider.pid,
    providerPort: provider.port,
    counts: async () => (await fetch(`http://127.0.0.1:${provider.port}/_counts`)).json() as Promise<Counts>,
    close: () => provider.stop(),
  };
}

/** Throws what the generator says when it cannot even begin. What requests suffer is in the result. */
export async function load(stage: Pick<Stage, 'program'>, order: Order): Promise<LoadResult> {
  const child = spawn(stage.program, ['load'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  child.stdin.end(JSON.stringify(order));
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`The load generator failed: ${error.trim()}`);
  return JSON.parse(out) as LoadResult;
}
