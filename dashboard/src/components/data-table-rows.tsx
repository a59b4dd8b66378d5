/** The two ways a list is drawn: a table, and cards where it is narrow. Only what is in view is there. */
import type { ReactTable, Row as TableRow } from '@tanstack/react-table';
import type { Virtualizer } from '@tanstack/react-virtual';
import { cn } from '@/lib/classes.ts';
import type { Features } from './data-table.tsx';

interface RowsProps<Row extends object> {
  readonly table: ReactTable<Features, Row>;
  readonly list: Virtualizer<HTMLElement, Element>;
  readonly current: number;
  readonly onOpen: ((row: Row) => void) | undefined;
  readonly rowClassName: ((row: Row) => string | undefined) | undefined;
}

/** A click on a link, a button or a field in the row is meant for that. */
function opens<Row extends object>(row: TableRow<Features, Row>, onOpen: ((row: Row) => void) | undefined) {
  if (onOpen === undefined) return {};
  return {
    onClick: (event: React.MouseEvent) => {
      if (!(event.target as Element).closest('a,button,input,label,[role="menuitem"]')) onOpen(row.original);
    },
  };
}

/** Rows out of view are a gap above and below, so the table stays one table for whoever hears it. */
function gaps({ list }: Pick<RowsProps<object>, 'list'>) {
  const items = list.getVirtualItems();
  return { items, above: items[0]?.start ?? 0, below: list.getTotalSize() - (items.at(-1)?.end ?? 0) };
}

export function TableRows<Row extends object>({ table, list, current, onOpen, rowClassName }: RowsProps<Row>) {
  const rows = table.getRowModel().rows;
  const { items, above, below } = gaps({ list });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  return (
    <table className="w-full border-collapse text-sm" aria-rowcount={rows.length + 1}>
      <thead className="sticky top-0 z-10 bg-card shadow-[inset_0_-1px_0_var(--border)]">
        <tr>
          {headers.map((header) => {
            const look = header.column.columnDef.meta;
            return (
              <th
                key={header.id}
                scope="col"
                className={cn(
                  'h-8 px-3 text-left text-xs font-medium whitespace-nowrap text-muted-foreground',
                  look?.align === 'right' && 'text-right',
                  look?.className,
                )}
              >
                <table.FlexRender header={header} />
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {above > 0 && <Gap height={above} columns={headers.length} />}
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <tr
              key={row.id}
              aria-rowindex={item.index + 2}
              aria-current={item.index === current ? 'true' : undefined}
              {...opens(row, onOpen)}
              className={cn(
                'h-9 border-b last:border-0',
                onOpen && 'cursor-pointer hover:bg-accent/60',
                item.index === current && 'bg-accent shadow-[inset_2px_0_0_var(--primary)]',
                rowClassName?.(row.original),
              )}
            >
              {row.getAllCells().map((cell) => {
                const look = cell.column.columnDef.meta;
                return (
                  <td
                    key={cell.id}
                    className={cn('px-3', look?.align === 'right' && 'figures text-right', look?.className)}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                );
              })}
            </tr>
          );
        })}
        {below > 0 && <Gap height={below} columns={headers.length} />}
      </tbody>
    </table>
  );
}

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

export function CardRows<Row extends object>({ table, list, current, onOpen, rowClassName }: RowsProps<Row>) {
  const rows = table.getRowModel().rows;
  const { items, above, below } = gaps({ list });
  const headers = new Map(table.getHeaderGroups()[0]?.headers.map((header) => [header.column.id, header]));
  return (
    <ul style={{ paddingTop: above, paddingBottom: below }}>
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const cells = row.getAllCells();
        const title = cells.find((cell) => cell.column.columnDef.meta?.isTitle) ?? cells[0];
        return (
          <li
            key={row.id}
            ref={list.measureElement}
            data-index={item.index}
            aria-current={item.index === current ? 'true' : undefined}
            {...opens(row, onOpen)}
            className={cn(
              'border-b p-3 last:border-0',
              item.index === current && 'bg-accent',
              rowClassName?.(row.original),
            )}
          >
            {title !== undefined && (
              <div className="mb-1.5 font-medium">
                <table.FlexRender cell={title} />
              </div>
            )}
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
              {cells.map((cell) => {
                const header = headers.get(cell.column.id);
                if (cell === title || header === undefined) return null;
                return (
                  <div key={cell.id} className="col-span-2 grid grid-cols-subgrid">
                    <dt className="text-muted-foreground">
                      <table.FlexRender header={header} />
                    </dt>
                    <dd className="min-w-0 justify-self-end text-right">
                      <table.FlexRender cell={cell} />
                    </dd>
                  </div>
                );
              })}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}
