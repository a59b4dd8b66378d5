/** The same name has the same colour on every page, as CSS: `var(--chart-3)`. */
const colors = 7;
/** For all that is not named: "others". */
export const otherColor = 'var(--chart-8)';

export function chartColor(name: string): string {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  return `var(--chart-${((hash >>> 0) % colors) + 1})`;
}
