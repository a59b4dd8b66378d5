import type { ReactNode } from 'react';
import { Command, CommandEmpty, CommandInput, CommandItem, CommandList } from './ui/command.tsx';

interface Choice {
  readonly value: string;
  /** What it is found by. */
  readonly words: string;
  readonly shown: ReactNode;
}

/** One of many, found by typing. For a popover; load it lazily. */
export function Choices({
  label,
  items,
  onChoose,
}: {
  label: string;
  items: readonly Choice[];
  onChoose: (value: string) => void;
}) {
  return (
    <Command label={label}>
      <CommandInput autoFocus placeholder={`${label} …`} />
      <CommandList>
        <CommandEmpty>Nothing of that name.</CommandEmpty>
        {items.map(({ value, words, shown }) => (
          <CommandItem key={value} value={value} keywords={[words]} onSelect={() => onChoose(value)}>
            {shown}
          </CommandItem>
        ))}
      </CommandList>
    </Command>
  );
}
