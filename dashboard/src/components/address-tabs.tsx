import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Tabs, TabsList, TabsPanel, TabsTab } from './ui/tabs.tsx';

export interface AddressTab {
  readonly value: string;
  readonly label: string;
  readonly content: ReactNode;
}

/** Tabs whose choice is in the address (`tab`), which the route's search must allow. The first is the usual one. */
export function AddressTabs({ label, tabs }: { label: string; tabs: readonly AddressTab[] }) {
  const { tab }: { tab?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const current = tabs.find(({ value }) => value === tab) ?? tabs[0];
  // Which tabs there are is the route's to say, and differs from page to page.
  const set = (value: string) => (before: object) => ({ ...before, tab: value === tabs[0]?.value ? undefined : value });
  function choose(value: string) {
    void navigate({ to: '.', search: set(value) as never });
  }
  return (
    <Tabs value={current?.value ?? null} onValueChange={choose}>
      <TabsList aria-label={label}>
        {tabs.map(({ value, label: name }) => (
          <TabsTab key={value} value={value}>
            {name}
          </TabsTab>
        ))}
      </TabsList>
      {tabs.map(({ value, content }) => (
        <TabsPanel key={value} value={value}>
          {content}
        </TabsPanel>
      ))}
    </Tabs>
  );
}
