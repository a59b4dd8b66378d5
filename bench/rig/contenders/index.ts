import type { Contender } from '../contender.ts';
import { bareRelay } from './bare-relay.ts';
import { bifrost } from './bifrost.ts';
import { direct } from './direct.ts';
import { goRelay } from './go-relay.ts';
import { haproxy } from './haproxy.ts';
import { litellm } from './litellm.ts';
import { nginx } from './nginx.ts';
import { portkey } from './portkey.ts';
import { tollgateCrowded, tollgateL0, tollgateL1, tollgateL2 } from './tollgate.ts';

/** In the order of the report. */
export const contenders: readonly Contender[] = [
  direct,
  bareRelay,
  haproxy,
  nginx,
  goRelay,
  tollgateL0,
  tollgateL1,
  tollgateL2,
  tollgateCrowded,
  portkey,
  bifrost,
  litellm,
];

/** What every ratio is told against. */
export const baseId = bareRelay.id;
