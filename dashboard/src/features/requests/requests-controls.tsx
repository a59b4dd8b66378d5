import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useClient } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';
import { useIsOperator } from '@/lib/session.ts';
import { AddFilter } from './add-filter.tsx';
import { useLogQuery } from './use-logs.ts';

const scopes = [
  { value: 'all', label: 'All organizations' },
  { value: 'organization', label: 'This organization' },
] as const;

export function RequestsControls() {
  const { only, model } = useSearch({ from: '/app/requests' });
  const navigate = useNavigate();
  const isOperator = useIsOperator();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
          set(text.startsWith('req_') ? { requestId: text } : { model: text || undefined });
        }}
      >
        <Input
          key={model ?? ''}
          name="q"
          data-search
          type="search"
          aria-label="Find by model or request id"
          placeholder="Model or request id …"
          className="w-full sm:w-56"
          defaultValue={model ?? ''}
        />
      </form>
      {isOperator && (
        <Select
          aria-label="Whose requests"
          className="w-44"
          items={scopes}
          value={only ?? 'all'}
          onChange={(value) => set({ only: value === 'all' ? undefined : value })}
        />
      )}
      <AddFilter />
      <ExportMenu />
    </div>
  );
}

/** It goes on over pages; the top bar shows how far it is and lets it be cancelled. */
function ExportMenu() {
  const client = useClient();
  const query = useLogQuery();
  const start = (format: 'csv' | 'jsonl', label: string) =>
    startExport(`Requests as ${label}`, (signal) =>
      client.download('GET /logs/export', { query: { ...query, format }, signal }),
    );
  return (
    <DropdownMenu>
      <DropdownMenuTrigger render={<Button variant="outline" />}>
        <Download aria-hidden />
        Export
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onClick={() => start('csv', 'CSV')}>As CSV</DropdownMenuItem>
        <DropdownMenuItem onClick={() => start('jsonl', 'JSON lines')}>As JSON lines</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
