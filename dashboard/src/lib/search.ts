/** Schemas for addresses: what makes no sense there is left out, never an error. */
import * as z from 'zod/mini';

export const optionalText = z.catch(z.optional(z.string().check(z.minLength(1), z.maxLength(300))), undefined);

export function optionalOneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.catch(z.optional(z.enum(values as unknown as readonly Values[number][])), undefined);
}

export const optionalFlag = z.catch(z.optional(z.boolean()), undefined);
export const optionalNumber = z.catch(z.optional(z.number()), undefined);
