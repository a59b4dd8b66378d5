/** Where to cut: the same places in every run. */

/** `count` offsets strictly inside `length` bytes; all of them when there are as many. */
export function offsets(length: number, count: number): readonly number[] {
  if (count >= length) return Array.from({ length: length - 1 }, (_, i) => i + 1);
  const step = length / count;
  // A stride alone would keep step with frames of equal length.
  const at = (i: number) => Math.floor(i * step + ((i * 7919) % Math.max(1, Math.floor(step))));
  return [...new Set(Array.from({ length: count }, (_, i) => Math.min(length - 1, Math.max(1, at(i)))))];
}

/** Runs `task` for each item, at most `width` at a time. */
export async function eachOf<T>(items: readonly T[], width: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
