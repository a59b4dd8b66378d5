import { runOpenaiNode } from './openai-node.ts';
import { sdkSuite } from './sdk-suite.ts';

sdkSuite({ name: 'The OpenAI SDK for Node', dialect: 'openai-chat', run: runOpenaiNode });
