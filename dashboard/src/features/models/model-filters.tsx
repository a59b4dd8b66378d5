import { useNavigate } from '@tanstack/react-router';
import { FilterChips } from '@/components/filter-chips.tsx';
import { Segments } from '@/components/segments.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { modelsRoute } from './routes.ts';

const takes = [
  { value: 'any', label: 'Takes anything' },
  { value: 'image', label: 'Pictures' },
  { value: 'pdf', label: 'PDF' },
  { value: 'audio', label: 'Sound' },
  { value: 'video', label: 'Video' },
  { value: 'tools', label: 'Tools' },
  { value: 'thinking', label: 'Thinks' },
] as const;
const sources = [
  { value: 'any', label: 'Any source' },
  { value: 'catalogue', label: 'Price list' },
  { value: 'api', label: 'Corrected here' },
  { value: 'file', label: 'File' },
  { value: 'provider', label: 'Provider' },
] as const;
const states = [
  { value: 'any', label: 'All' },
  { value: 'yes', label: 'Callable' },
  { value: 'no', label: 'Not callable' },
] as const;

/** Search and filters, all of them in the address. */
export function ModelFilters({ isOperator }: { isOperator: boolean }) {
  const search = modelsRoute.useSearch();
  const navigate = useNavigate();
  const set = (name: string, value: string) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, [name]: value === '' || value === 'any' ? undefined : value }),
      replace: name === 'search',
    });
  return (
    <div className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <Input
          data-search
          type="search"
          aria-label="Search models"
          placeholder="Search by name or provider"
          className="w-full sm:w-72"
          defaultValue={search.search ?? ''}
          onChange={(event) => set('search', event.target.value.trim())}
        />
        <Select
          aria-label="What it takes"
          className="w-40"
          items={takes}
          value={search.takes ?? 'any'}
          onChange={(value) => set('takes', value)}
        />
        {isOperator && (
          <>
            <Select
              aria-label="Source of its price"
              className="w-40"
              items={sources}
              value={search.source ?? 'any'}
              onChange={(value) => set('source', value)}
            />
            <Segments
              label="Whether it can be called"
              items={states}
              value={search.callable ?? 'any'}
              onChange={(value) => set('callable', value)}
            />
          </>
        )}
      </div>
      <FilterChips labels={{ provider: 'Provider', takes: 'Takes', source: 'Source', callable: 'Callable' }} />
    </div>
  );
}
