/**
 * `npm run bench:selftest`: whether the rig sees what it must see. A relay of Go's is made to wait a millisecond, to stall
 * and to lose a piece; the generator and the provider must manage more than any contender is asked for.
 */
import { startSpeaking } from './child.ts';
import { type Ask, models, requestOf } from './requests.ts';
import { type LoadResult, load, openStage, type Stage } from './stage.ts';

const path = '/v1/chat/completions';
const pieces = 20;
/** Of every tenth stream. */
const stallMs = 300;
/** More than any scenario asks of anybody. */
const headroomPerSecond = 5000;
const scenarioPerSecondMost = 500;
const streamsPerSecond = 100;
const piecesOfStream = 200;
const scenarioStreamsPerSecond = 20;

interface Finding {
  readonly what: string;
  readonly saw: string;
  readonly passed: boolean;
}

const stage = await openStage();
try {
  const findings = [...(await seesFaults(stage)), await headroom(stage), await headroomOfStreams(stage)];
  for (const { what, saw, passed } of findings) console.log(`${passed ? 'seen  ' : 'MISSED'} ${what}: ${saw}`);
  const missed = findings.filter(({ passed }) => !passed).length;
  console.log(`${findings.length - missed} passed, ${missed} failed`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  await stage.close();
}

async function seesFaults(stage: Stage): Promise<Finding[]> {
  const faultless = await through(stage, []);
  const slow = await through(stage, ['-delay', '1ms']);
  const stalled = await through(stage, ['-stall-every', '10', '-stall', `${stallMs}ms`]);
  const lossy = await through(stage, ['-lose-every', '10']);
  const addedMs = (slow.latencyP50 - faultless.latencyP50) / 1e6;
  return [
    {
      what: 'nothing, where nothing is wrong',
      saw: `${faultless.streams.lostMarks} pieces lost, ${faultless.streams.failed} answers failed`,
      passed: faultless.streams.lostMarks + faultless.streams.failed + faultless.streams.disorderedMarks === 0,
    },
    {
      what: 'a millisecond more before each answer',
      saw: `${addedMs.toFixed(2)} ms more`,
      passed: addedMs >= 0.9 && addedMs <= 2.5,
    },
    {
      what: `a stall of ${stallMs} ms in every tenth stream`,
      saw: `a gap of ${(stalled.streams.gap.max / 1e6).toFixed(0)} ms, a piece ${(stalled.streams.onTheWay.max / 1e6).toFixed(0)} ms on its way`,
      passed: stalled.streams.gap.max >= (stallMs - 10) * 1e6 && stalled.streams.onTheWay.max >= (stallMs - 10) * 1e6,
    },
    {
      what: 'a piece lost of every tenth stream',
      saw: `${lossy.streams.lostMarks} lost of ${lossy.streams.answered} streams`,
      passed: lossy.streams.lostMarks === Math.floor(lossy.passed / 10),
    },
  ];
}

interface Through {
  readonly streams: LoadResult;
  /** The median of many chats, nanoseconds. */
  readonly latencyP50: number;
  /** Answers that the relay has seen. */
  readonly passed: number;
}

async function through(stage: Stage, faults: readonly string[]): Promise<Through> {
  const relay = await startSpeaking(stage.program, [
    'relay',
    '-origin',
    `http://127.0.0.1:${stage.providerPort}`,
    ...faults,
  ]);
  try {
    const streams = await load(stage, orderTo(relay, models.brief, pieces, 40, 3));
    const passed = streams.scheduled;
    const chats = await load(stage, orderTo(relay, models.small, 1, 200, 3));
    return { streams, passed, latencyP50: chats.latency.p50 };
  } finally {
    await relay.stop();
  }
}

/** Latency at ten times the rate of any scenario, and what a request costs the two. */
async function headroom(stage: Stage): Promise<Finding> {
  const result = await load(stage, orderTo({ port: stage.providerPort }, models.small, 1, headroomPerSecond, 3));
  const own = (result.processorSeconds * 1e6) / result.scheduled;
  const reached = result.answered / result.elapsedSeconds;
  return {
    what: `${headroomPerSecond} requests a second, ${headroomPerSecond / scenarioPerSecondMost} times what is asked of a contender`,
    saw: `${reached.toFixed(0)} a second, ${own.toFixed(0)} µs of the generator's for each, sent ${(result.lag.p50 / 1e6).toFixed(2)} ms late (p50)`,
    passed: result.failed === 0 && reached >= headroomPerSecond * 0.95 && result.lag.p50 < 1e6,
  };
}

async function headroomOfStreams(stage: Stage): Promise<Finding> {
  const order = orderTo({ port: stage.providerPort }, models.stream, piecesOfStream, streamsPerSecond, 3);
  const result = await load(stage, { ...order, connections: 0 });
  const own = (result.processorSeconds * 1e6) / result.marks;
  return {
    what: `${streamsPerSecond * piecesOfStream} pieces a second, ${streamsPerSecond / scenarioStreamsPerSecond} times what is asked of a contender`,
    saw: `${result.lostMarks} lost, ${own.toFixed(0)} µs of the generator's for each, ${(result.onTheWay.p50 / 1e6).toFixed(2)} ms on their way (p50)`,
    passed: result.failed + result.lostMarks === 0 && result.onTheWay.p50 < 1e6,
  };
}

function orderTo(to: { readonly port: number }, model: string, marks: number, perSecond: number, seconds: number) {
  const ask: Ask = { dialect: 'openai-chat', model, stream: marks > 1, body: 'small' };
  const request = requestOf(ask, { path, headers: {}, model });
  return { address: `127.0.0.1:${to.port}`, requests: [request], perSecond, seconds, seed: 5, connections: 64, marks };
}
