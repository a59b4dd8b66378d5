/** Time comes in as an argument, so that tests never sleep and durations never follow a jumping wall clock. */
export interface Clock {
  /** Wall time in Unix milliseconds: for records, never for durations. */
  nowMs(): number;
  /** Monotonic milliseconds with fractions: for durations, never for records. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
