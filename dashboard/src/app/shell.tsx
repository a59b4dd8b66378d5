/** What stands around every page: the sidebar, the top bar, the keys. */
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Exports } from './exports.tsx';
import { useGoShortcuts } from './go-shortcuts.ts';
import { Pending } from './pending.tsx';
import { Sidebar } from './sidebar.tsx';
import { TopBar } from './top-bar.tsx';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: component }) => ({ default: component })));

export function Shell() {
  const [palette, setPalette] = useState<'unloaded' | 'open' | 'closed'>('unloaded');
  const openPalette = () => setPalette('open');
  useGoShortcuts(openPalette);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#page"
        className="sr-only z-50 rounded-md bg-popover px-3 py-2 shadow-lg focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <div className="sticky top-0 hidden h-dvh border-r bg-sidebar lg:block">
        <Sidebar />
      </div>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <TopBar onSearch={openPalette} />
        <main id="page" tabIndex={-1} className="mx-auto w-full max-w-400 flex-1 px-4 py-5 outline-none sm:px-6">
          <Suspense fallback={<Pending />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Exports />
      {palette !== 'unloaded' && (
        <Suspense fallback={null}>
          <Palette open={palette === 'open'} onOpenChange={(open) => setPalette(open ? 'open' : 'closed')} />
        </Suspense>
      )}
    </div>
  );
}
