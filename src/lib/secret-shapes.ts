/**
 * What secrets look like in the middle of a text: for the log, for a provider's words, for what a configuration's
 * mistake quotes. One list, because a vendor that is missing in one of three leaks there.
 */

/** Of vendors (`gsk_` is Groq's, `csk-` Cerebras's, `whsec_` Stripe's) and our own. */
const prefixes = 'sk|pk|rk|tg|tgm|gsk|xai|pplx|hf|r8|nvapi|fw|csk|whsec';

/**
 * Global, for `replace`. `charactersMin`: how many must follow a prefix; few where a provider may have masked most of
 * the key with asterisks or an ellipsis, more where ordinary names (`pk_users`) must stay readable.
 */
export function secretShapes(charactersMin: number): readonly RegExp[] {
  return [
    new RegExp(`\\b(?:${prefixes})[-_][\\w.*…-]{${charactersMin},}`, 'gi'),
    /\bAIza[\w-]{8,}/g,
    /\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g,
    /\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g,
  ];
}
