import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeyRound, Plus } from 'lucide-react';
import { DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { FilterChips } from '@/components/filter-chips.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useList } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { keyColumns } from './key-columns.tsx';
import { KeyControls } from './key-controls.tsx';
import { NewKey } from './new-key.tsx';

export function KeysPage() {
  const search = useSearch({ from: '/app/keys' });
  const navigate = useNavigate();
  const mayCreate = useMay('POST /keys');
  const open = (isOpen: boolean) =>
    void navigate({ to: '.', search: (before) => ({ ...before, new: isOpen || undefined }), replace: true });
  useShortcuts({ n: () => mayCreate && open(true) });
  const create = mayCreate && (
    <Button onClick={() => open(true)}>
      <Plus aria-hidden /> New key
    </Button>
  );
  return (
    <NeedsOrganization>
      {(organizationId) => (
        <div className="flex flex-col gap-4">
          <PageHeader title="Keys" actions={create}>
            What programs call models with, and what scripts manage this organization with.
          </PageHeader>
          <KeyControls />
          <FilterChips labels={{ kind: 'Kind', projectId: 'Project' }} />
          <KeyList organizationId={organizationId} action={create} />
          {search.new === true && <NewKey organizationId={organizationId} onClose={() => open(false)} />}
        </div>
      )}
    </NeedsOrganization>
  );
}

function KeyList({ organizationId, action }: { organizationId: string; action: React.ReactNode }) {
  const { state, kind, projectId, search, sort } = useSearch({ from: '/app/keys' });
  const navigate = useNavigate();
  const query = {
    organizationId,
    ...(state && { state }),
    ...(kind && { kind }),
    ...(projectId && { projectId }),
    ...(search && { search }),
    ...(sort && { sort }),
  };
  const keys = useList('GET /keys', { query });
  if (keys.error) return <ErrorState error={keys.error} onRetry={keys.refetch} />;
  const isFiltered = [state, kind, projectId, search].some((each) => each !== undefined);
  return (
    <DataTable
      label="Keys"
      columns={keyColumns}
      rowId={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: '/keys/$keyId', params: { keyId: id } })}
      {...keys}
      empty={
        isFiltered ? (
          <EmptyState title="No key is like that" icon={KeyRound}>
            Take a filter out, or look for another name.
          </EmptyState>
        ) : (
          <EmptyState title="No keys yet" icon={KeyRound} action={action}>
            A program needs a key to call models. Each may have its own limits, models and budget, and can be paused.
          </EmptyState>
        )
      }
    />
  );
}
