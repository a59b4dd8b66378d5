import { useNavigate, useSearch } from '@tanstack/react-router';
import { ExportMenu } from '@/components/export-menu.tsx';
import { ScopeSelect } from '@/components/scope-select.tsx';
import { SearchForm } from '@/components/search-form.tsx';
import { useClient } from '@/lib/api.ts';
import { AddFilter } from './add-filter.tsx';
import { useLogQuery } from './use-logs.ts';

export function RequestsControls() {
  const { only, model } = useSearch({ from: '/app/requests' });
  const navigate = useNavigate();
  const client = useClient();
  const query = useLogQuery();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchForm
        label="Find by model or request id"
        placeholder="Model or request id …"
        value={model}
        onSearch={(text) => set(text.startsWith('req_') ? { requestId: text } : { model: text || undefined })}
      />
      <ScopeSelect label="Whose requests" value={only} onChange={(value) => set({ only: value })} />
      <AddFilter />
      <ExportMenu
        what="Requests"
        download={(format, signal) => client.download('GET /logs/export', { query: { ...query, format }, signal })}
      />
    </div>
  );
}
