/** Each strategy by its name. */
import type { Strategy } from '../../snapshot/strategy.ts';
import { balanced } from './balanced.ts';
import { split, weighted } from './dealt.ts';
import { cheapest, fastest, reliable } from './measured.ts';
import type { Order } from './option.ts';
import { smart } from './smart.ts';

const asListed: Order = (options) => options;

export function orderOf(strategy: Strategy): Order {
  switch (strategy.kind) {
    case 'fallback':
      return asListed;
    case 'weighted':
      return weighted;
    case 'cheapest':
      return cheapest;
    case 'fastest':
      return fastest;
    case 'reliable':
      return reliable;
    case 'balanced':
      return balanced(strategy.weights);
    case 'smart':
      return smart(strategy.thresholds, strategy.rules);
    case 'split':
      return split(strategy.by);
  }
}
