import { runPython } from './python-program.ts';
import { sdkSuite } from './sdk-suite.ts';

sdkSuite({ name: 'The OpenAI SDK for Python', dialect: 'openai-chat', run: runPython('openai_program.py') });
