import type { Outcome, Outcomes, Scenario } from './sdk-suite.ts';

/** Runs the scenarios one after the other; what one throws is its outcome. */
export async function collect(programs: Readonly<Record<Scenario, () => Promise<Outcome>>>): Promise<Outcomes> {
  const outcomes: Partial<Record<Scenario, Outcome>> = {};
  for (const [scenario, program] of Object.entries(programs) as [Scenario, () => Promise<Outcome>][]) {
    outcomes[scenario] = await program().catch((error: unknown) => ({ error: caught(error) }));
  }
  return outcomes as Outcomes;
}

/** An SDK's error by its class, as a program would tell errors apart. */
export function caught(error: unknown): NonNullable<Outcome['error']> {
  const { status } = error as { status?: number };
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return {
    name,
    ...(status === undefined ? {} : { status }),
    message: error instanceof Error ? error.message : String(error),
  };
}
