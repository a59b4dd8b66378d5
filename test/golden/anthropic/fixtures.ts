import type { Fixtures } from '../features.ts';
import { answer } from './answers.ts';
import { readAnswer, readRequest } from './reader.ts';
import { replay, request } from './requests.ts';

export const anthropicFixtures: Fixtures = {
  id: 'anthropic',
  prefix: 'an',
  model: 'budget-m',
  path: () => '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  request,
  replay,
  answer,
  readRequest,
  readAnswer,
};
