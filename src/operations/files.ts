/** Files that a provider keeps: https://platform.openai.com/docs/api-reference/files */
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import type { ResourceOperation } from './operation.ts';
import { matchId } from './resource-paths.ts';
import { openaiVoice } from './voices.ts';

const shared = {
  kind: 'resource',
  id: 'files',
  wire: 'openai-files',
  resource: 'file',
  body: 'none',
  voice: openaiVoice,
  limitHeaders: openaiLimitHeaders,
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
} as const;

const collection = { path: '/v1/files', aliases: ['/files'] } as const;
const one = { path: '/v1/files/{file_id}', match: (path: string) => matchId(path, '/files') } as const;

export const fileOperations: readonly ResourceOperation[] = [
  { ...shared, ...collection, method: 'POST', act: 'create', body: 'multipart' },
  { ...shared, ...collection, method: 'GET', act: 'list' },
  { ...shared, ...one, method: 'GET', act: 'get' },
  { ...shared, ...one, method: 'DELETE', act: 'delete' },
  {
    ...shared,
    path: '/v1/files/{file_id}/content',
    match: (path) => matchId(path, '/files', 'content'),
    method: 'GET',
    act: 'content',
  },
];
