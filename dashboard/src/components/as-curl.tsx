import { CopyButton } from './copy-button.tsx';

/** What a form would send, as a command for the shell. `route`: `POST /keys`; `params` fill its braces. */
export function AsCurl({
  route,
  params = {},
  body,
}: {
  route: string;
  params?: Readonly<Record<string, string>>;
  body?: unknown;
}) {
  const command = curlOf(route, params, body);
  return (
    <details className="text-sm">
      <summary className="w-fit text-muted-foreground select-none hover:text-foreground">As curl</summary>
      <div className="relative mt-2 rounded-md border bg-muted">
        <pre className="overflow-x-auto p-3 pr-10 font-mono text-xs leading-5">{command}</pre>
        <CopyButton text={command} label="Copy the command" className="absolute top-1.5 right-1.5" />
      </div>
    </details>
  );
}

function curlOf(route: string, params: Readonly<Record<string, string>>, body: unknown): string {
  const [method, path = ''] = route.split(' ');
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? `{${name}}`));
  const lines = [
    `curl -X ${method} ${location.origin}/api/v1${filled}`,
    '-H "Authorization: Bearer $TOLLGATE_MANAGEMENT_KEY"',
  ];
  if (body !== undefined) {
    lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n  ');
}
