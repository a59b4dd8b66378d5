/** Rounds, interleaved: whatever the machine does meanwhile happens to all contenders alike. */
import type { Contender, Running } from './contender.ts';
import type { Play, Scenario } from './scenario.ts';
import type { LoadResult, Stage } from './stage.ts';

export interface Amount {
  readonly rounds: number;
  readonly seconds: number;
  readonly streams: number;
}

/** One contender in one scenario of one round. */
export interface Cell {
  readonly scenario: string;
  readonly contender: string;
  readonly round: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly loads: readonly LoadResult[];
  /** Why there are no figures. */
  readonly failure?: string;
}

/** Contenders that run, or why they do not. All of them stay up: an idle one costs the others nothing. */
export class Cast {
  readonly #stage: Stage;
  readonly #running = new Map<string, Running>();
  readonly absent = new Map<string, string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async enter(contender: Contender): Promise<Running | undefined> {
    const known = this.#running.get(contender.id);
    if (known !== undefined || this.absent.has(contender.id)) return known;
    try {
      const running = await contender.start(this.#stage);
      this.#running.set(contender.id, running);
      return running;
    } catch (error) {
      this.absent.set(contender.id, (error as Error).message);
      return undefined;
    }
  }

  versions(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#running].map(([id, { version }]) => [id, version]));
  }

  async leave(): Promise<void> {
    for (const running of this.#running.values()) await running.stop();
  }
}

export type Told = (line: string) => void;

/** A round begins with the contender that the one before ended with. */
export async function conduct(
  scenario: Scenario,
  contenders: readonly Contender[],
  { stage, cast, amount, told }: { stage: Stage; cast: Cast; amount: Amount; told: Told },
): Promise<Cell[]> {
  const plays: Play[] = [];
  for (const contender of contenders.filter((each) => scenario.can(each))) {
    const running = await cast.enter(contender);
    if (running === undefined) {
      told(`${scenario.id} ${contender.id} is not there: ${cast.absent.get(contender.id)}`);
      continue;
    }
    plays.push({ stage, contender, running, seed: 1, seconds: amount.seconds, streams: amount.streams });
  }
  for (const play of plays) await warmUp(scenario, play, told);
  const cells: Cell[] = [];
  for (let round = 1; round <= amount.rounds; round++) {
    for (const play of round % 2 === 1 ? plays : plays.toReversed()) {
      const cell = await playOnce(scenario, { ...play, seed: round }, round);
      cells.push(cell);
      told(`${scenario.id} round ${round} ${play.contender.id}: ${said(cell)}`);
    }
  }
  return cells;
}

/** Until compilers have seen it all; thrown away. */
async function warmUp(scenario: Scenario, play: Play, told: Told): Promise<void> {
  const short = { ...play, seconds: Math.min(play.seconds, 5), streams: Math.min(play.streams, 500) };
  const { failure } = await playOnce(scenario, short, 0);
  if (failure !== undefined) told(`${scenario.id} warm-up ${play.contender.id}: ${failure}`);
}

async function playOnce(scenario: Scenario, play: Play, round: number): Promise<Cell> {
  const place = { scenario: scenario.id, contender: play.contender.id, round };
  try {
    return { ...place, ...(await scenario.play(play)) };
  } catch (error) {
    return { ...place, figures: {}, loads: [], failure: (error as Error).message };
  }
}

function said({ figures, failure }: Cell): string {
  if (failure !== undefined) return failure;
  const all = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`);
  return all.slice(0, 5).join(', ');
}
