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
