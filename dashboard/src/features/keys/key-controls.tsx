import { useNavigate, useSearch } from '@tanstack/react-router';
import { SearchForm } from '@/components/search-form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { sorts, states } from './keys.ts';

/** What is shown, and in what order: all of it in the address. */
export function KeyControls() {
  const { state, search, sort } = useSearch({ from: '/app/keys' });
  const navigate = useNavigate();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchForm
        label="Find by name or beginning"
        placeholder="Name or beginning …"
        value={search}
        onSearch={(text) => set({ search: text || undefined })}
      />
      <Select
        aria-label="State"
        className="w-36"
        items={states}
        value={state ?? 'all'}
        onChange={(value) => set({ state: value === 'all' ? undefined : value })}
      />
      <Select
        aria-label="Order"
        className="w-36"
        items={sorts}
        value={sort ?? 'newest'}
        onChange={(value) => set({ sort: value === 'newest' ? undefined : value })}
      />
    </div>
  );
}
