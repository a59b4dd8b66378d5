/** Where something stands in the caller's body, in the words of the caller's dialect: what a refusal names. */
import type { Tool, ToolResultBlock, Turn } from './chat.ts';

export function turnPlace(turn: Turn, index: number): string {
  return turn.at ?? `messages[${index}]`;
}

/** `at`: the turn's own place. */
export function blockPlace({ blocksAt }: Turn, index: number, at: string): string {
  return blocksAt === undefined ? `${at}.content[${index}]` : (blocksAt[index] ?? at);
}

/** `at`: the result's own place. */
export function contentPlace({ contentAt }: ToolResultBlock, index: number, at: string): string {
  return contentAt === undefined ? `${at}.content[${index}]` : (contentAt[index] ?? at);
}

export function toolPlace(tool: Tool, index: number): string {
  return tool.at ?? `tools[${index}]`;
}
