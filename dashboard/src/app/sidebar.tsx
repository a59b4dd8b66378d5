import { Link } from '@tanstack/react-router';
import { groups, type Page } from '@/navigation.ts';
import { useVisiblePages } from './visible-pages.ts';

/** `onGo`: when a page was chosen; closes the drawer of small screens. */
export function Sidebar({ onGo }: { onGo?: () => void }) {
  const visible = useVisiblePages();
  return (
    <nav aria-label="Pages" className="flex h-full flex-col gap-5 overflow-y-auto px-2.5 py-3">
      <Link to="/" onClick={onGo} className="flex h-7 items-center gap-2 px-2 font-semibold tracking-tight">
        <img src="/dashboard/icon.svg" alt="" className="size-5" />
        Tollgate
      </Link>
      {groups.map((group) => (
        <Section key={group} title={group} pages={visible.filter((page) => page.group === group)} onGo={onGo} />
      ))}
    </nav>
  );
}

function Section({ title, pages, onGo }: { title: string; pages: readonly Page[]; onGo: (() => void) | undefined }) {
  if (pages.length === 0) return null;
  return (
    <div>
      <h2 className="px-2 pb-1 text-xs font-medium text-muted-foreground">{title}</h2>
      <ul className="flex flex-col gap-px">
        {pages.map(({ to, label, icon: Icon, key }) => (
          <li key={to}>
            <Link
              to={to}
              onClick={onGo}
              {...(key !== undefined && { title: `g ${key}` })}
              className="flex h-7.5 items-center gap-2.5 rounded-md px-2 text-foreground/80 hover:bg-accent data-[status=active]:bg-accent data-[status=active]:font-medium data-[status=active]:text-foreground"
            >
              <Icon className="size-4 shrink-0 text-muted-foreground" aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
