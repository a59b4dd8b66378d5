import { Monitor, Moon, Sun } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { type Scheme, useScheme, writeScheme } from '@/lib/scheme.ts';

const schemes = { light: ['Light', Sun], dark: ['Dark', Moon], system: ['As the system', Monitor] } as const;

export function SchemeSwitch() {
  const scheme = useScheme();
  const [label, Icon] = schemes[scheme];
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        render={<Button variant="ghost" size="icon" aria-label={`Colours: ${label}`} className="max-sm:hidden" />}
      >
        <Icon />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuRadioGroup value={scheme} onValueChange={(value) => writeScheme(value as Scheme)}>
          {Object.entries(schemes).map(([value, [name, Each]]) => (
            <DropdownMenuRadioItem key={value} value={value}>
              <Each /> {name}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
