/** Ctrl+K: every page, every organization of an operator, a few commands. */
import { Dialog as Base } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { Building2, Moon, Sun } from 'lucide-react';
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from '@/components/ui/command.tsx';
import { backdropClasses } from '@/components/ui/dialog.tsx';
import { useAsk } from '@/lib/api.ts';
import { useIsDark, writeScheme } from '@/lib/scheme.ts';
import { useIsOperator } from '@/lib/session.ts';
import { useVisiblePages } from './visible-pages.ts';

interface PaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropClasses} />
        <Base.Popup className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border bg-popover text-popover-foreground shadow-xl">
          <Base.Title className="sr-only">Search and commands</Base.Title>
          <Entries onDone={() => onOpenChange(false)} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Entries({ onDone }: { onDone: () => void }) {
  const navigate = useNavigate();
  const pages = useVisiblePages();
  const operator = useIsOperator();
  const isDark = useIsDark();
  const organizations = useAsk('GET /organizations', { query: { limit: 200 } }, { enabled: operator });
  const run = (action: () => void) => () => {
    onDone();
    action();
  };
  return (
    <Command label="Search and commands">
      <CommandInput autoFocus placeholder="Go to a page, an organization, or do something …" />
      <CommandList>
        <CommandEmpty>Nothing like that.</CommandEmpty>
        <CommandGroup heading="Pages">
          {pages.map(({ to, label, icon: Icon, words = '', group, key }) => (
            <CommandItem key={to} value={label} keywords={[group, words]} onSelect={run(() => void navigate({ to }))}>
              <Icon /> <span className="flex-1">{label}</span>
              {key !== undefined && <kbd className="font-sans text-xs text-muted-foreground">g {key}</kbd>}
            </CommandItem>
          ))}
        </CommandGroup>
        <CommandGroup heading="Commands">
          <CommandItem onSelect={run(() => writeScheme(isDark ? 'light' : 'dark'))}>
            {isDark ? <Sun /> : <Moon />} Use {isDark ? 'light' : 'dark'} colours
          </CommandItem>
        </CommandGroup>
        {operator && (
          <CommandGroup heading="Organizations">
            {organizations.data?.data.map(({ id, name }) => (
              <CommandItem
                key={id}
                value={id}
                keywords={[name]}
                onSelect={run(() => void navigate({ to: '.', search: (before) => ({ ...before, org: id }) }))}
              >
                <Building2 /> {name}
              </CommandItem>
            ))}
          </CommandGroup>
        )}
      </CommandList>
    </Command>
  );
}
