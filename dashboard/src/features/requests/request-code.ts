/** A request as somebody would send it again: for the shell, Python and Node. */
import type { LogDetail, StoredContent } from '@tollgate/client';

export interface Example {
  readonly label: string;
  readonly code: string;
}

type Asked = Pick<LogDetail, 'modelAsked' | 'operation'>;

/** With what was sent, where it is kept; else with an example in its place. */
export function examplesOf(detail: Asked, content: StoredContent | undefined, origin: string): readonly Example[] {
  const path = content?.asked.split(' ')[1] ?? '/v1/chat/completions';
  const body = bodyOf(detail, content);
  return [
    { label: 'curl', code: curl(origin + path, body) },
    { label: 'Python', code: python(origin + path, body) },
    { label: 'Node', code: node(origin + path, body) },
  ];
}

export function bodyOf({ modelAsked }: Asked, content: StoredContent | undefined): string {
  const kept = content?.request;
  if (kept?.text != null && !kept.isCut && kept.encoding === 'text') return pretty(kept.text);
  return pretty(JSON.stringify({ model: modelAsked, messages: [{ role: 'user', content: 'Hello' }] }));
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function curl(url: string, body: string): string {
  return [
    `curl ${url}`,
    '  -H "Authorization: Bearer $TOLLGATE_KEY"',
    '  -H "Content-Type: application/json"',
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join(' \\\n');
}

function python(url: string, body: string): string {
  return [
    'import json, os, urllib.request',
    '',
    `body = json.loads(${JSON.stringify(body)})`,
    'request = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    '    data=json.dumps(body).encode(),',
    '    headers={"Authorization": f"Bearer {os.environ[\'TOLLGATE_KEY\']}", "Content-Type": "application/json"},',
    ')',
    'print(urllib.request.urlopen(request).read().decode())',
  ].join('\n');
}

function node(url: string, body: string): string {
  return [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    "  method: 'POST',",
    "  headers: { authorization: `Bearer ${process.env.TOLLGATE_KEY}`, 'content-type': 'application/json' },",
    `  body: JSON.stringify(${body.replaceAll('\n', '\n  ')}),`,
    '});',
    'console.log(await answer.text());',
  ].join('\n');
}
