import { useNavigate, useSearch } from '@tanstack/react-router';
import { Input } from '@/components/ui/input.tsx';
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
      <form
        className="w-full sm:w-auto"
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
          set({ search: text || undefined });
        }}
      >
        <Input
          key={search ?? ''}
          name="q"
          data-search
          type="search"
          aria-label="Find by name or beginning"
          placeholder="Name or beginning …"
          className="w-full sm:w-56"
          defaultValue={search ?? ''}
        />
      </form>
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
