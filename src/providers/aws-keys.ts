/**
 * What an operator writes as the key of an AWS provider: a Bedrock API key, which is sent, or access keys, which sign.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
 */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** `ACCESS_KEY_ID:SECRET[:SESSION]`; neither id nor secret has a colon in it. Undefined for a key of another form. */
export function readAwsKeys(secret: string | undefined): AwsKeys | undefined {
  const match = /^([A-Z0-9]{10,128}):([^:\s]{8,}?)(?::(\S+))?$/.exec(secret ?? '');
  const [, accessKeyId, secretAccessKey, sessionToken] = match ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
