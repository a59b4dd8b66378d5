import type { Scenario } from '../scenario.ts';
import { aborts } from './aborts.ts';
import { coldStart } from './cold-start.ts';
import { contexts } from './context.ts';
import { halfLoad } from './half-load.ts';
import { heldStreams } from './held-streams.ts';
import { manyKeys } from './many-keys.ts';
import { pictureBeside } from './picture.ts';
import { smallChat } from './small-chat.ts';
import { stream } from './stream.ts';

export const scenarios: readonly Scenario[] = [
  smallChat,
  stream,
  halfLoad,
  ...contexts,
  heldStreams,
  pictureBeside,
  manyKeys,
  aborts,
  coldStart,
];
