import { boundedText, type Door, readForReport } from '../door.ts';
import { openaiLimitHeaders } from '../limit-headers.ts';
import { openaiChat } from './index.ts';
import { relayOpenaiChat } from './relay.ts';

/** https://platform.openai.com/docs/api-reference/chat/create */
export const chatDoor: Door = {
  path: '/v1/chat/completions',
  // Some SDKs leave the /v1 out of the base address; those for Azure put /openai before it.
  aliases: ['/chat/completions', '/openai/v1/chat/completions'],
  dialect: openaiChat,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  planRelay: relayOpenaiChat,
  endUser: (scan) => boundedText(readForReport(scan, 'safety_identifier')) ?? boundedText(readForReport(scan, 'user')),
};

const deploymentPath = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/;

/**
 * As Azure's SDKs knock: the deployment in the path is the model's name here, and `api-version` says nothing to us.
 * https://learn.microsoft.com/en-us/azure/foundry/openai/reference
 */
export const deploymentDoor: Door = {
  ...chatDoor,
  path: '/openai/deployments/{deployment}/chat/completions',
  aliases: [],
  match: (path) => {
    const name = deploymentPath.exec(path)?.[1];
    return name === undefined ? undefined : decoded(name);
  },
};

/** A broken escape is no model's name, so the name as it stands is what is not found. */
function decoded(name: string): { readonly model: string } {
  try {
    return { model: decodeURIComponent(name) };
  } catch {
    return { model: name };
  }
}
