/** Sums as the API tells them. What providers take is for operators alone. */
import type { Figures } from './overview.ts';
import type { Sums } from './sums.ts';

/** `operator`: whether who asks may see costs. */
export function shownSums(sums: Sums, operator: boolean) {
  const cacheWriteTokens = sums.cache_write_5m_tokens + sums.cache_write_1h_tokens;
  const went = sums.input_tokens + sums.cache_read_tokens + cacheWriteTokens;
  return {
    requests: sums.requests,
    failed: sums.failed,
    cancelled: sums.cancelled,
    cached: sums.cached,
    estimated: sums.estimated,
    chargeUsd: sums.charge_nano_usd,
    costUsd: operator ? sums.cost_nano_usd : null,
    houseCostUsd: operator ? sums.house_cost_nano_usd : null,
    inputTokens: sums.input_tokens,
    outputTokens: sums.output_tokens,
    cacheReadTokens: sums.cache_read_tokens,
    cacheWriteTokens,
    thinkingTokens: sums.thinking_tokens,
    audioInputTokens: sums.audio_input_tokens,
    audioOutputTokens: sums.audio_output_tokens,
    imageInputTokens: sums.image_input_tokens,
    imageOutputTokens: sums.image_output_tokens,
    webSearches: sums.web_searches,
    images: sums.images,
    audioSeconds: sums.audio_seconds,
    characters: sums.characters,
    searches: sums.searches,
    errorShare: share(sums.failed, sums.requests),
    cacheShare: share(sums.cache_read_tokens, went),
  };
}

export function shownFigures({ sums, firstToken, total }: Figures, operator: boolean) {
  return { ...shownSums(sums, operator), firstToken, total };
}

export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
