/** What a person reads: the settings to make by hand, or what was written and how to undo it. */
import path from 'node:path';
import type { Client, Place, Point } from './client.ts';
import { mergeSettings } from './format.ts';
import type { WrittenFile } from './settings-file.ts';

export interface ShownFile {
  readonly file: string;
  /** A file that holds these settings and nothing else. */
  readonly content: string;
}

export interface Shown {
  readonly client: string;
  readonly url: string;
  readonly model?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly files: readonly ShownFile[];
  readonly notes: readonly string[];
  readonly docs: string;
}

export function showSettings(client: Client, point: Point, place: Place): Shown {
  const set = Object.entries(client.variables?.(point) ?? {}).filter(([, value]) => value !== undefined);
  return {
    client: client.id,
    url: point.url,
    ...(point.model !== undefined && { model: point.model }),
    ...(client.variables && { variables: Object.fromEntries(set) as Record<string, string> }),
    files: client.files.map(({ paths, format, settings, defaults }) => ({
      file: path.resolve(place.home, paths(place)[0]),
      content: mergeSettings(format, '', settings(point), defaults),
    })),
    notes: client.notes(point),
    docs: client.docs,
  };
}

export function renderShown(client: Client, shown: Shown, command: string): string {
  const { url, variables, files, notes, docs } = shown;
  const parts = [`${client.name}, pointed at ${url}`];
  for (const { file, content } of files) parts.push(`In ${file}:\n\n${indent(content)}`);
  if (files.length > 0) parts.push(`"${command} --write" puts this there, beside what is in it, and keeps a copy.`);
  if (variables !== undefined) {
    const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
    parts.push(`Or for one shell only:\n\n${indent(lines.join(''))}`);
  }
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join('\n'));
  parts.push(`"${command} --check" tries it. ${client.name} on its settings: ${docs}`);
  return `${parts.join('\n\n')}\n`;
}

export function renderWritten(client: Client, written: readonly WrittenFile[], notes: readonly string[]): string {
  const lines = written.map(({ file, change, backup }) => {
    if (change === 'none') return `${file} says so already; nothing is written.\n`;
    if (change === 'made') return `${file} is written. To undo: rm ${quoted(file)}\n`;
    return `${file} is changed. To undo: cp ${quoted(backup ?? '')} ${quoted(file)}\n`;
  });
  const start = `Start it with: ${client.run}\n`;
  return [...lines, ...notes.map((note) => `- ${note}\n`), start].join('');
}

function quoted(file: string): string {
  return /^[\w./~-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '  ');
}
