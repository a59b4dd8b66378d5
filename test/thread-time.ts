/**
 * Milliseconds of this thread's own work in `work`. What else the machine does meanwhile is not counted, so that a limit
 * says something about the code alone. https://nodejs.org/api/process.html#processthreadcpuusagepreviousvalue
 */
export function threadMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Measures the longest piece of work between two turns of the event loop, until the returned function is called. */
export function watchStalls(): () => number {
  let worstMs = 0;
  let before = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before);
    worstMs = Math.max(worstMs, (user + system) / 1000);
    before = process.threadCpuUsage();
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    look();
    return worstMs;
  };
}
