'use client';
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import type { ReactNode } from 'react';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

export interface Column<Row> {
  readonly id: string;
  readonly head: ReactNode;
  /** What sorting compares; a column without it cannot be sorted. */
  readonly sortBy?: (row: Row) => string | number;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => ReactNode;
  readonly className?: string;
}

/** A table whose columns sort by click. `describe` names the table to screen readers. */
export function DataTable<Row extends object>({
  describe,
  rows,
  rowId,
  columns,
  roomy = false,
  initialSort,
  selectedId,
  onOpen,
  testId,
}: {
  describe: string;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  columns: readonly Column<Row>[];
  roomy?: boolean;
  initialSort?: { id: string; desc: boolean };
  selectedId?: string | null;
  onOpen?: (row: Row) => void;
  testId?: string;
}) {
  const table = useTable({
    features,
    data: rows as Row[],
    getRowId: rowId,
    columns: columns.map(toColumnDef),
    initialState: { sorting: initialSort ? [initialSort] : [] },
  });
  const byId = new Map(columns.map((column) => [column.id, column]));
  return (
    <table className={`tbl${roomy ? ' tbl-roomy' : ''}`} aria-label={describe} data-testid={testId}>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => {
              const column = byId.get(header.column.id);
              const sorted = header.column.getIsSorted();
              return (
                <th
                  key={header.id}
                  className={`${column?.numeric ? 'num' : ''} ${column?.className ?? ''}`}
                  aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}
                >
                  {column?.sortBy ? (
                    <button type="button" onClick={header.column.getToggleSortingHandler()}>
                      {column.head}
                      {sorted ? <span aria-hidden="true">{sorted === 'asc' ? ' ↑' : ' ↓'}</span> : null}
                    </button>
                  ) : (
                    column?.head
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr
            key={row.id}
            data-row-id={row.id}
            aria-selected={selectedId === undefined ? undefined : row.id === selectedId}
            onClick={onOpen ? () => onOpen(row.original) : undefined}
          >
            {columns.map((column) => (
              <td key={column.id} className={`${column.numeric ? 'num' : ''} ${column.className ?? ''}`}>
                {column.cell(row.original)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function toColumnDef<Row extends object>(column: Column<Row>): ColumnDef<typeof features, Row> {
  return {
    id: column.id,
    accessorFn: column.sortBy ?? (() => ''),
    enableSorting: column.sortBy !== undefined,
    sortFn: column.numeric ? 'basic' : 'alphanumeric',
    sortDescFirst: column.numeric ?? false,
  };
}
