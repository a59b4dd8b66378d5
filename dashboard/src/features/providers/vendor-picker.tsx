import type { Vendor } from '@tollgate/client';
import { ChevronsUpDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { fieldClasses } from '@/components/ui/input.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover.tsx';
import { cn } from '@/lib/classes.ts';

const Choices = lazy(() => import('@/components/choices.tsx').then((file) => ({ default: file.Choices })));

/** One of all vendors, found by typing. Takes what `Field` gives. */
export function VendorPicker({
  vendors,
  value,
  onChoose,
  ...props
}: {
  vendors: readonly Vendor[];
  value: Vendor;
  onChoose: (vendor: Vendor) => void;
  id?: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger className={cn(fieldClasses, 'flex items-center justify-between gap-2')} {...props}>
        <span className="truncate">{value.name}</span>
        <ChevronsUpDown className="size-3.5 text-muted-foreground" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-72 p-0">
        <Suspense>
          <Choices
            label="Find a provider"
            items={vendors.map(({ id, name }) => ({ value: id, words: name, shown: name }))}
            onChoose={(id) => {
              const chosen = vendors.find((each) => each.id === id);
              if (chosen !== undefined) onChoose(chosen);
              setOpen(false);
            }}
          />
        </Suspense>
      </PopoverContent>
    </Popover>
  );
}
