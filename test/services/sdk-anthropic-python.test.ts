import { runPython } from './python-program.ts';
import { sdkSuite } from './sdk-suite.ts';

sdkSuite({ name: 'The Anthropic SDK for Python', dialect: 'anthropic', run: runPython('anthropic_program.py') });
