import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { startExport } from '@/lib/exports.ts';

interface ExportMenuProps {
  /** What it is called while it runs: `Requests`. */
  readonly what: string;
  readonly download: (format: 'csv' | 'jsonl', signal: AbortSignal) => ReturnType<Parameters<typeof startExport>[1]>;
}

/** An export goes on over pages; the top bar shows how far it is and lets it be cancelled. */
export function ExportMenu({ what, download }: ExportMenuProps) {
  const start = (format: 'csv' | 'jsonl', label: string) =>
    startExport(`${what} as ${label}`, (signal) => download(format, signal));
  return (
    <DropdownMenu>
      <DropdownMenuTrigger render={<Button variant="outline" />}>
        <Download aria-hidden />
        Export
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onClick={() => start('csv', 'CSV')}>As CSV</DropdownMenuItem>
        <DropdownMenuItem onClick={() => start('jsonl', 'JSON lines')}>As JSON lines</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
