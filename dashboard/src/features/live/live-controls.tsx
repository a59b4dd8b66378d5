/** What is shown of it, and whether it moves. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { ScopeSelect } from '@/components/scope-select.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';

const shows = [
  { value: 'all', label: 'All requests' },
  { value: 'running', label: 'Running' },
  { value: 'failed', label: 'Failed' },
] as const;

export function LiveControls({ isPaused, onPause }: { isPaused: boolean; onPause: (on: boolean) => void }) {
  const { show, q, only } = useSearch({ from: '/app/live' });
  const navigate = useNavigate();
  const set = (change: object) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        data-search
        type="search"
        aria-label="Filter by model, key, session, tag or id"
        placeholder="Filter by model, key, tag, id …"
        className="w-full sm:w-64"
        defaultValue={q ?? ''}
        onChange={(event) => set({ q: event.target.value || undefined })}
      />
      <Select
        aria-label="Which requests"
        className="w-36"
        items={shows}
        value={show ?? 'all'}
        onChange={(value) => set({ show: value === 'all' ? undefined : value })}
      />
      <ScopeSelect label="Whose requests" value={only} onChange={(value) => set({ only: value })} />
      <Button variant="outline" onClick={() => onPause(!isPaused)} aria-pressed={isPaused}>
        {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
    </div>
  );
}
