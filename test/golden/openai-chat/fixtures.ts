import type { Fixtures } from '../features.ts';
import { answer } from './answers.ts';
import { readAnswer, readRequest } from './reader.ts';
import { replay, request } from './requests.ts';

export const openaiChatFixtures: Fixtures = {
  id: 'openai-chat',
  prefix: 'oa',
  model: 'effort-m',
  path: () => '/v1/chat/completions',
  headers: {},
  request,
  replay,
  answer,
  readRequest,
  readAnswer,
};
