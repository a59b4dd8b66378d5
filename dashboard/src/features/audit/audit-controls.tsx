import { useNavigate, useSearch } from '@tanstack/react-router';
import { ExportMenu } from '@/components/export-menu.tsx';
import { ScopeSelect } from '@/components/scope-select.tsx';
import { SearchForm } from '@/components/search-form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useClient } from '@/lib/api.ts';
import { useAuditQuery } from './use-audit-query.ts';

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
  'users',
] as const;

const kindNames: Readonly<Record<string, string>> = { any: 'Any kind of thing', users: 'people and sign-ins' };

const kindItems = kinds.map((value) => ({
  value,
  label: kindNames[value] ?? value.replaceAll('-', ' '),
}));

export function AuditControls() {
  const { only, resourceKind, resourceId } = useSearch({ from: '/app/audit' });
  const navigate = useNavigate();
  const client = useClient();
  const query = useAuditQuery();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  const kind = kinds.find((each) => each === resourceKind) ?? 'any';
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchForm
        label="Find by the id of a thing or a request"
        placeholder="Id of a thing or request …"
        value={resourceId}
        onSearch={(text) => set(text.startsWith('req_') ? { requestId: text } : { resourceId: text || undefined })}
      />
      <Select
        aria-label="Kind of thing"
        className="w-44"
        items={kindItems}
        value={kind}
        onChange={(value) => set({ resourceKind: value === 'any' ? undefined : value })}
      />
      <ScopeSelect label="Whose things" value={only} onChange={(value) => set({ only: value })} />
      <ExportMenu
        what="Audit log"
        download={(format, signal) => client.download('GET /audit/export', { query: { ...query, format }, signal })}
      />
    </div>
  );
}
