import { runAnthropicNode } from './anthropic-node.ts';
import { sdkSuite } from './sdk-suite.ts';

sdkSuite({ name: 'The Anthropic SDK for Node', dialect: 'anthropic', run: runAnthropicNode });
