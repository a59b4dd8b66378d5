/** A small line without axes: the shape of a figure over its period. */
export function Sparkline({ values, color = 'var(--primary)' }: { values: readonly number[]; color?: string }) {
  const [width, height] = [120, 28];
  const most = Math.max(...values, 0);
  const step = width / Math.max(1, values.length - 1);
  const y = (value: number) => height - 2 - (most === 0 ? 0 : (value / most) * (height - 4));
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="h-7 w-full" aria-hidden>
      <polyline points={`0,${height} ${points} ${width},${height}`} fill={color} opacity={0.12} stroke="none" />
      <polyline points={points} fill="none" stroke={color} strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
