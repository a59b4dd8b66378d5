/**
 * Many requests at once, answered within a day at a lower price.
 * https://platform.openai.com/docs/api-reference/batch · https://platform.claude.com/docs/en/api/creating-message-batches
 */
import { anthropic } from '../dialects/anthropic/index.ts';
import { anthropicLimitHeaders, openaiLimitHeaders } from '../dialects/limit-headers.ts';
import type { ResourceOperation } from './operation.ts';
import { matchId } from './resource-paths.ts';
import { openaiVoice } from './voices.ts';

const openaiShared = {
  kind: 'resource',
  id: 'batches',
  wire: 'openai-batches',
  resource: 'batch',
  body: 'none',
  voice: openaiVoice,
  limitHeaders: openaiLimitHeaders,
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
} as const;

const openaiCollection = { path: '/v1/batches', aliases: ['/batches'] } as const;

const openaiBatches: readonly ResourceOperation[] = [
  { ...openaiShared, ...openaiCollection, method: 'POST', act: 'create', body: 'json' },
  { ...openaiShared, ...openaiCollection, method: 'GET', act: 'list' },
  {
    ...openaiShared,
    path: '/v1/batches/{batch_id}',
    match: (path) => matchId(path, '/batches'),
    method: 'GET',
    act: 'get',
  },
  {
    ...openaiShared,
    path: '/v1/batches/{batch_id}/cancel',
    match: (path) => matchId(path, '/batches', 'cancel'),
    method: 'POST',
    act: 'cancel',
  },
];

const anthropicShared = {
  kind: 'resource',
  id: 'batches',
  wire: 'anthropic-batches',
  resource: 'message-batch',
  body: 'none',
  voice: anthropic,
  limitHeaders: anthropicLimitHeaders,
  forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
  forwardedQuery: [],
} as const;

const anthropicCollection = { path: '/v1/messages/batches', aliases: ['/messages/batches'] } as const;
const anthropicOne = {
  path: '/v1/messages/batches/{message_batch_id}',
  match: (path: string) => matchId(path, '/messages/batches'),
} as const;

const anthropicBatches: readonly ResourceOperation[] = [
  { ...anthropicShared, ...anthropicCollection, method: 'POST', act: 'create', body: 'json' },
  { ...anthropicShared, ...anthropicCollection, method: 'GET', act: 'list' },
  { ...anthropicShared, ...anthropicOne, method: 'GET', act: 'get' },
  { ...anthropicShared, ...anthropicOne, method: 'DELETE', act: 'delete' },
  {
    ...anthropicShared,
    path: '/v1/messages/batches/{message_batch_id}/results',
    match: (path) => matchId(path, '/messages/batches', 'results'),
    method: 'GET',
    act: 'content',
  },
  {
    ...anthropicShared,
    path: '/v1/messages/batches/{message_batch_id}/cancel',
    match: (path) => matchId(path, '/messages/batches', 'cancel'),
    method: 'POST',
    act: 'cancel',
  },
];

export const batchOperations: readonly ResourceOperation[] = [...openaiBatches, ...anthropicBatches];
