import { pathOf } from '../contender.ts';
import { keyOf, routeName } from '../contenders/tollgate-config.ts';
import { requestOf } from '../requests.ts';
import { common, figuresOf, measured, orderFor, type Scenario } from '../scenario.ts';
import { smallLoad } from './small-chat.ts';

const keys = 1000;
const routes = 200;

/** Another key with every request, and another route: what is looked up is never the same twice in a row. */
export const manyKeys: Scenario = {
  id: 'S7',
  title: '1,000 keys and 200 routes',
  what: 'the small chat, each request with the next key by the next route of two targets; 500 a second, 64 connections',
  figures: common,
  can: ({ id }) => id === 'tollgate-l2' || id === 'tollgate-crowded',
  play: async (play) => {
    const order = orderFor(play, smallLoad);
    const crowded = play.contender.id === 'tollgate-crowded';
    const cost = await measured(play, crowded ? { ...order, requests: requests() } : order);
    return { figures: figuresOf(cost), loads: [cost.result] };
  },
};

function requests(): string[] {
  return Array.from({ length: keys }, (_, place) =>
    requestOf(smallLoad.ask, {
      path: pathOf['openai-chat'],
      headers: { authorization: `Bearer ${keyOf(place)}` },
      model: routeName(place % routes),
    }),
  );
}
