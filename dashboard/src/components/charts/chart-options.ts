/** What uPlot is told: axes from zero, one crosshair for all charts of a page, and a brush that sets the period. */
import uPlot from 'uplot';

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  /** As CSS: `var(--chart-3)`. */
  readonly color: string;
  /** One for each time; null: nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  /** When each part begins: ISO 8601. */
  readonly times: readonly string[];
  readonly until: string;
  readonly series: readonly ChartSeries[];
  /** The part that is not over; null: all are. */
  readonly partialFrom: string | null;
}

export interface ChartLook {
  /** Amounts are stacked bars, everything else lines. */
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number) => string;
  readonly height: number;
  /** Colours are read from the page when it is drawn. */
  readonly dark: boolean;
}

export interface ChartEvents {
  readonly onPoint: (index: number | null, left: number) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  /** A click, with the height that it was at, as the chart's values go. */
  readonly onClick: (index: number, height: number) => void;
}

const secondsOf = (time: string) => Date.parse(time) / 1000;

/** Each series with all that come after it, so that what is drawn later covers its own part alone. */
export function stackedData({ times, series }: ChartData): uPlot.AlignedData {
  const sums = times.map(() => 0);
  const lists = series.toReversed().map(({ values }) =>
    times.map((_, i) => {
      sums[i] = (sums[i] ?? 0) + (values[i] ?? 0);
      return sums[i] ?? 0;
    }),
  );
  return [times.map(secondsOf), ...lists.toReversed()];
}

export function lineData({ times, series }: ChartData): uPlot.AlignedData {
  return [times.map(secondsOf), ...series.map(({ values }) => [...values])];
}

function cssColor(color: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  return name === undefined ? color : getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const zoomPixelsMin = 8;

export function chartOptions(data: ChartData, look: ChartLook, events: ChartEvents, width: number): uPlot.Options {
  const axis = {
    stroke: cssColor('var(--muted-foreground)'),
    font: '11px "Inter Variable", sans-serif',
    ticks: { show: false },
  };
  const grid = { stroke: cssColor('var(--border)'), width: 1 };
  const [first, last] = [secondsOf(data.times[0] ?? data.until), secondsOf(data.until)];
  const bars = uPlot.paths.bars?.({ align: 1, size: [0.86, 90] });
  return {
    width,
    height: look.height,
    legend: { show: false },
    cursor: {
      sync: { key: 'page', setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { show: look.kind === 'lines' },
    },
    scales: { x: { time: true, range: [first, last] }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 40 },
      { ...axis, grid, size: 58, values: (_, splits) => splits.map((value) => look.format(value)) },
    ],
    series: [
      {},
      ...data.series.map(({ label, color }) => {
        const stroke = cssColor(color);
        return look.kind === 'bars' && bars !== undefined
          ? { label, stroke, fill: stroke, width: 0, paths: bars, points: { show: false } }
          : { label, stroke, width: 1.5, spanGaps: false, points: { show: data.times.length < 3 } };
      }),
    ],
    hooks: {
      ready: [(chart) => listenForClicks(chart, events)],
      draw: [(chart) => markPartial(chart, data.partialFrom)],
      setCursor: [(chart) => events.onPoint(chart.cursor.idx ?? null, chart.cursor.left ?? 0)],
      setSelect: [
        (chart) => {
          const { left, width: wide } = chart.select;
          if (wide < zoomPixelsMin) return;
          events.onZoom(chart.posToVal(left, 'x') * 1000, chart.posToVal(left + wide, 'x') * 1000);
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

const clickPixelsMax = 4;

/** What moved between press and release was a brush. */
function listenForClicks(chart: uPlot, { onClick }: ChartEvents): void {
  let pressedAt = Number.NaN;
  chart.over.addEventListener('mousedown', (event) => {
    pressedAt = event.clientX;
  });
  chart.over.addEventListener('click', (event) => {
    const { idx, top = 0 } = chart.cursor;
    if (typeof idx !== 'number' || Math.abs(event.clientX - pressedAt) > clickPixelsMax) return;
    onClick(idx, chart.posToVal(top, 'y'));
  });
}

/** Hatched: what is there is not all. */
function markPartial({ ctx, bbox, valToPos }: uPlot, partialFrom: string | null): void {
  if (partialFrom === null) return;
  const left = Math.max(bbox.left, valToPos(secondsOf(partialFrom), 'x', true));
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.strokeStyle = cssColor('var(--card)');
  ctx.globalAlpha = 0.6;
  ctx.lineWidth = 2 * devicePixelRatio;
  const step = 7 * devicePixelRatio;
  ctx.beginPath();
  for (let x = left - bbox.height; x < right; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}
