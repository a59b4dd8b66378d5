/** Models in a table: RFC 4180, the first line names the columns. Pure. */
import { ApiFailure } from '../api/failure.ts';
import { rateNames } from './fields.ts';

export interface CsvRow {
  /** From 2: the first line names the columns. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

const columns = ['id', ...rateNames, 'contextTokens', 'outputTokensMax', 'thinking', 'inputs', 'tools', 'aliases'];

/** As the body of POST /models has them. Throws ApiFailure (invalid_request) for what is no such table. */
export function rowsOfCsv(text: string): readonly CsvRow[] {
  const [head, ...rows] = records(text);
  if (head === undefined) throw wrong('It has no line that names the columns.');
  const names = head.cells.map((name) => name.trim());
  const strange = names.find((name) => !columns.includes(name));
  if (strange !== undefined) throw wrong(`The column ${JSON.stringify(strange.slice(0, 40))} is not known.`);
  if (!names.includes('id')) throw wrong('The column id is missing.');
  return rows.map(({ cells, line }) => {
    if (cells.length > names.length) throw wrong(`Line ${line} has more cells than there are columns.`);
    return { line, values: toValues(names, cells) };
  });
}

function toValues(names: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const price: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const cell = (cells[i] ?? '').trim();
    if (cell === '') continue;
    if ((rateNames as readonly string[]).includes(name)) price[name] = cell;
    else values[name] = toValue(name, cell);
  }
  return { ...values, ...(Object.keys(price).length > 0 && { price }) };
}

function toValue(name: string, cell: string): unknown {
  if (name === 'contextTokens' || name === 'outputTokensMax') return /^\d{1,10}$/.test(cell) ? Number(cell) : cell;
  if (name === 'tools') return cell === 'true' ? true : cell === 'false' ? false : cell;
  if (name === 'inputs' || name === 'aliases') return cell.split(/[;\s]+/).filter((part) => part !== '');
  return cell;
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Empty lines are no records. */
function records(text: string): readonly Line[] {
  const found: Line[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let from = 1;
  const endLine = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== '') found.push({ line: from, cells });
    cells = [];
    cell = '';
    from = line + 1;
  };
  const source = text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  for (let i = 0; i < source.length; i++) {
    const letter = source[i];
    if (quoted) {
      if (letter === '\n') line++;
      if (letter !== '"') cell += letter;
      else if (source[i + 1] === '"') cell += source[i++];
      else quoted = false;
    } else if (letter === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (letter === ',') {
      cells.push(cell);
      cell = '';
    } else if (letter === '\n') {
      endLine();
      line++;
    } else cell += letter;
  }
  if (quoted) throw wrong('A quotation mark is not closed.');
  endLine();
  return found;
}

function wrong(message: string): ApiFailure {
  return new ApiFailure('invalid_request', message, {
    remedy: `The first line names the columns: ${columns.slice(0, 6).join(', ')} and so on, see docs/models.md.`,
    path: 'csv',
  });
}
