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
import { useAuditQuery } from './use-audit-query.ts';

const scopes = [
  { value: 'all', label: 'All organizations' },
  { value: 'organization', label: 'This organization' },
] as const;

const kinds = [
  'any',
  'keys',
  'projects',
  'budgets',
  'members',
  'invitations',
  'provider-keys',
  'webhook-endpoints',
  'organizations',
] as const;

const kindItems = kinds.map((value) => ({
  value,
  label: value === 'any' ? 'Any kind of thing' : value.replaceAll('-', ' '),
}));

export function AuditControls() {
  const { only, resourceKind, resourceId } = useSearch({ from: '/app/audit' });
  const navigate = useNavigate();
  const isOperator = useIsOperator();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  const kind = kinds.find((each) => each === resourceKind) ?? 'any';
  return (
    <div className="flex flex-wrap items-center gap-2">
      <form
        className="w-full sm:w-auto"
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
          set(text.startsWith('req_') ? { requestId: text } : { resourceId: text || undefined });
        }}
      >
        <Input
          key={resourceId ?? ''}
          name="q"
          data-search
          type="search"
          aria-label="Find by the id of a thing or a request"
          placeholder="Id of a thing or request …"
          className="w-full sm:w-56"
          defaultValue={resourceId ?? ''}
        />
      </form>
      <Select
        aria-label="Kind of thing"
        className="w-44"
        items={kindItems}
        value={kind}
        onChange={(value) => set({ resourceKind: value === 'any' ? undefined : value })}
      />
      {isOperator && (
        <Select
          aria-label="Whose things"
          className="w-44"
          items={scopes}
          value={only ?? 'all'}
          onChange={(value) => set({ only: value === 'all' ? undefined : value })}
        />
      )}
      <ExportMenu />
    </div>
  );
}

function ExportMenu() {
  const client = useClient();
  const query = useAuditQuery();
  const start = (format: 'csv' | 'jsonl', label: string) =>
    startExport(`Audit log as ${label}`, (signal) =>
      client.download('GET /audit/export', { query: { ...query, format }, signal }),
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
