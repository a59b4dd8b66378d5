/** The result as people read it: a row for each case, a column for each dialect, and why below. */
import type { Outcome } from './outcome.ts';
import type { Result } from './suite.ts';

const words: Readonly<Record<Outcome['state'], string>> = {
  pass: 'pass',
  refused: 'refused',
  unproven: 'unproven',
  none: '-',
  fail: 'FAIL',
};

export function renderReport(results: readonly Result[]): string {
  const dialects = [...new Set(results.map((result) => result.dialect))];
  const names = [...new Set(results.map((result) => result.case))];
  const cell = (name: string, dialect: string) => {
    const found = results.find((result) => result.case === name && result.dialect === dialect);
    return found === undefined ? '' : words[found.outcome.state];
  };
  const rows = [
    ['CASE', ...dialects],
    ...names.map((name) => [name, ...dialects.map((dialect) => cell(name, dialect))]),
  ];
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const reasons = results.flatMap(({ case: name, dialect, outcome }) =>
    'why' in outcome ? [`${words[outcome.state]}  ${name}, ${dialect}: ${outcome.why}`] : [],
  );
  return `${[...lines, '', ...reasons, ...(reasons.length > 0 ? [''] : []), summary(results)].join('\n')}\n`;
}

function summary(results: readonly Result[]): string {
  const of = (state: Outcome['state']) => results.filter(({ outcome }) => outcome.state === state).length;
  return `${of('pass')} passed, ${of('refused')} refused with a reason, ${of('unproven')} unproven, ${of('fail')} failed.`;
}
