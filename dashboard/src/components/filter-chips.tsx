import { useNavigate, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { Button } from './ui/button.tsx';

/** `{ status: 'Status', key: 'Key' }`: the filters of the address that are set, each with a cross that takes it out. */
export function FilterChips({ labels }: { labels: Readonly<Record<string, string>> }) {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = Object.keys(labels).filter((name) => search[name] !== undefined);
  const without = (names: readonly string[]) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, ...Object.fromEntries(names.map((name) => [name, undefined])) }),
    });
  if (set.length === 0) return null;
  return (
    <ul className="flex flex-wrap items-center gap-1.5" aria-label="Filters">
      {set.map((name) => (
        <li key={name} className="flex h-6 items-center gap-1 rounded-full border bg-card pr-0.5 pl-2.5 text-xs">
          <span className="text-muted-foreground">{labels[name]}</span>
          <span className="max-w-48 truncate font-medium">{String(search[name])}</span>
          <Button
            variant="ghost"
            size="icon-sm"
            className="size-5 rounded-full"
            aria-label={`Without ${labels[name]}`}
            onClick={() => without([name])}
          >
            <X className="size-3!" />
          </Button>
        </li>
      ))}
      {set.length > 1 && (
        <li>
          <Button variant="link" size="sm" onClick={() => without(set)}>
            Clear all
          </Button>
        </li>
      )}
    </ul>
  );
}
