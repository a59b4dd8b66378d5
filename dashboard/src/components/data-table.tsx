/**
 * A list of any length: rows are drawn as they come into view, `j` and `k` walk through them, Enter opens one, and on a
 * narrow screen each row is a card. Sorting and filtering are the server's, by the address.
 */
import { type ColumnDef, createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef, useState } from 'react';
import { cn } from '@/lib/classes.ts';
import { useIsNarrow } from '@/lib/narrow.ts';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { CardRows, TableRows } from './data-table-rows.tsx';
import { Skeleton } from './ui/skeleton.tsx';

export interface ColumnLook {
  /** Figures stand right. */
  readonly align?: 'right';
  /** Of the table: `w-40`, `min-w-0`. */
  readonly className?: string;
  /** The card's first line. One column has it. */
  readonly isTitle?: boolean;
}

const features = tableFeatures({ columnMeta: {} as ColumnLook });
export type Features = typeof features;
export type Columns<Row extends object> = readonly ColumnDef<Features, Row, never>[];

/** `columnsFor<Key>((c) => [c.accessor('name', { header: 'Name', meta: { isTitle: true } }), …])`, outside of components. */
export function columnsFor<Row extends object>(
  define: (column: ReturnType<typeof createColumnHelper<Features, Row>>) => readonly unknown[],
): Columns<Row> {
  return define(createColumnHelper<Features, Row>()) as Columns<Row>;
}

interface DataTableProps<Row extends object> {
  /** What the list holds, for whoever hears it: "Keys". */
  readonly label: string;
  readonly columns: Columns<Row>;
  /** Undefined: they are loading. */
  readonly rows: readonly Row[] | undefined;
  readonly rowId: (row: Row) => string;
  /** What Enter and a click do. Put a link into the title column too, so that the row can be opened in a new tab. */
  readonly onOpen?: (row: Row) => void;
  readonly empty: ReactNode;
  /** Of `useList`: asked for when the end comes near. */
  readonly hasNextPage?: boolean;
  readonly isFetchingNextPage?: boolean;
  readonly fetchNextPage?: () => unknown;
  readonly rowClassName?: (row: Row) => string | undefined;
  /** CSS height; absent: as high as its rows, at most most of the window. */
  readonly className?: string;
}

export const rowHeightPx = 36;
const nearEndRows = 10;
const noRows: readonly never[] = [];

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, onOpen, empty, rowClassName, className } = props;
  const scroller = useRef<HTMLElement>(null);
  const [current, setCurrent] = useState(-1);
  const isNarrow = useIsNarrow();
  const data = rows ?? noRows;
  const table = useTable({ features, columns: columns as never, data: data as Row[], getRowId: rowId });
  const list = useVirtualizer({
    count: data.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? 112 : rowHeightPx),
    overscan: 12,
    onChange: ({ range }) => {
      const { hasNextPage, isFetchingNextPage, fetchNextPage } = props;
      if (range && range.endIndex > data.length - nearEndRows && hasNextPage && !isFetchingNextPage) fetchNextPage?.();
    },
  });
  function go(step: number) {
    const next = Math.min(Math.max(current + step, 0), data.length - 1);
    setCurrent(next);
    list.scrollToIndex(next);
  }
  function openCurrent() {
    const row = data[current];
    if (row !== undefined) onOpen?.(row);
  }
  useShortcuts({ j: () => go(1), k: () => go(-1), Enter: openCurrent });
  if (rows === undefined) return <TableSkeleton columns={columns.length} />;
  if (rows.length === 0) return <div className="rounded-lg border bg-card">{empty}</div>;
  const shared = { table, list, current, onOpen, rowClassName };
  return (
    <section
      ref={scroller}
      aria-label={label}
      tabIndex={0}
      className={cn('max-h-[calc(100dvh-11rem)] overflow-auto rounded-lg border bg-card', className)}
    >
      {isNarrow ? <CardRows {...shared} /> : <TableRows {...shared} />}
      <p role="status" className={props.isFetchingNextPage ? 'px-3 py-2 text-xs text-muted-foreground' : 'sr-only'}>
        {props.isFetchingNextPage ? 'Loading more …' : ''}
      </p>
    </section>
  );
}

const skeletonRows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function TableSkeleton({ columns }: { columns: number }) {
  return (
    <div aria-busy className="overflow-hidden rounded-lg border bg-card">
      <span role="status" className="sr-only">
        Loading
      </span>
      {skeletonRows.map((row) => (
        <div key={row} className="flex h-9 items-center gap-6 border-b px-3 last:border-0">
          {skeletonRows.slice(0, Math.min(columns, 6)).map((cell) => (
            <Skeleton key={cell} className="flex-1" />
          ))}
        </div>
      ))}
    </div>
  );
}
