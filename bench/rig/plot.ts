/** A bar for each, with its spread, as SVG that needs no script and no font of its own. */
import type { Spread } from './spread.ts';

export interface Bar {
  readonly title: string;
  readonly length: Spread;
}

const width = 860;
const left = 300;
const right = 110;
const rowHeight = 26;
const top = 44;

export function barPlot(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ length }) => length.max));
  const at = (value: number): number => left + ((width - left - right) * Math.max(0, value)) / (most || 1);
  const height = top + bars.length * rowHeight + 12;
  const rows = bars.map((bar, place) => rowOf(bar, top + place * rowHeight, at));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" fill="#fff"/>
<text x="16" y="26" font-size="15" font-weight="600" fill="#111">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`;
}

function rowOf({ title, length }: Bar, y: number, at: (value: number) => number): string {
  const middle = y + rowHeight / 2;
  const own = title.startsWith('Tollgate');
  const text = `${Number(length.median.toPrecision(3))}`;
  return [
    `<text x="${left - 10}" y="${middle + 4}" text-anchor="end" fill="#222"${own ? ' font-weight="600"' : ''}>${escaped(title)}</text>`,
    `<rect x="${left}" y="${y + 5}" width="${round(at(length.median) - left)}" height="${rowHeight - 10}" fill="${own ? '#2563eb' : '#94a3b8'}"/>`,
    `<line x1="${round(at(length.min))}" x2="${round(at(length.max))}" y1="${middle}" y2="${middle}" stroke="#111" stroke-width="1.5"/>`,
    `<text x="${round(at(length.max)) + 8}" y="${middle + 4}" fill="#222">${text}</text>`,
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
