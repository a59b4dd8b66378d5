import { Menu, Search } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Sheet, SheetContent } from '@/components/ui/sheet.tsx';
import { AccountMenu } from './account-menu.tsx';
import { OrganizationSwitch } from './organization-switch.tsx';
import { PeriodPicker } from './period-picker.tsx';
import { SchemeSwitch } from './scheme-switch.tsx';
import { Sidebar } from './sidebar.tsx';

export function TopBar({ onSearch }: { onSearch: () => void }) {
  const [menu, setMenu] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-1.5 border-b bg-background px-2 sm:px-4">
      <Button variant="ghost" size="icon" className="lg:hidden" aria-label="Pages" onClick={() => setMenu(true)}>
        <Menu />
      </Button>
      <Sheet open={menu} onOpenChange={setMenu}>
        <SheetContent title="Pages" side="left" className="max-w-64">
          <Sidebar onGo={() => setMenu(false)} />
        </SheetContent>
      </Sheet>
      <OrganizationSwitch />
      <div className="flex-1" />
      <Button
        variant="outline"
        onClick={onSearch}
        className="px-2 font-normal text-muted-foreground md:w-52 md:justify-between"
      >
        <span className="flex items-center gap-1.5">
          <Search aria-hidden />
          <span className="max-md:sr-only">Search …</span>
        </span>
        <kbd className="hidden font-sans text-xs md:inline" aria-hidden>
          Ctrl K
        </kbd>
      </Button>
      <PeriodPicker />
      <SchemeSwitch />
      <AccountMenu />
    </header>
  );
}
