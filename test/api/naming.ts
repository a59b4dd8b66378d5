/** What a gateway knows of models, for the management API without a gateway. */
import { parseConfig } from '../../src/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { Naming } from '../../src/naming.ts';
import { providers } from '../../src/providers/index.ts';

/** A configuration file under which every thing of fixtures.ts can be. */
export const openaiAlone = 'providers: { openai: { apiKey: sk-of-the-fixtures-0123456789 } }';

/** `text`: the configuration file. */
export function testNaming(text = '', clock: Clock = systemClock): Naming {
  const config = parseConfig(text, { cwd: '/', env: {}, registry: [...providers.values()] });
  const secrets = new SecretBox(['the master key of a test']);
  return new Naming({ config, registry: providers, secrets, clock, mock: undefined, log: silentLog });
}
