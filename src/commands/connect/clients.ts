/** Every client that `tollgate connect` knows: one line each. */
import { claude } from './claude.ts';
import type { Client } from './client.ts';
import { codex } from './codex.ts';
import { continueClient } from './continue.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { qwen } from './qwen.ts';

export const clients: ReadonlyMap<string, Client> = new Map(
  [claude, codex, gemini, opencode, continueClient, qwen, pi, cursor].map((client) => [client.id, client]),
);
