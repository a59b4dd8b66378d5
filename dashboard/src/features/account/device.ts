/** `Firefox on Linux`, of what a browser says of itself. */
export function deviceOf(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return 'Unknown device';
  const browser = first(userAgent, [
    [/\bEdg\//, 'Edge'],
    [/\bOPR\//, 'Opera'],
    [/\bFirefox\//, 'Firefox'],
    [/\b(Headless)?Chrom(e|ium)\//, 'Chrome'],
    [/\bSafari\//, 'Safari'],
  ]);
  const system = first(userAgent, [
    [/\biPhone|iPad\b/, 'iOS'],
    [/\bAndroid\b/, 'Android'],
    [/\bMac OS X\b/, 'macOS'],
    [/\bWindows\b/, 'Windows'],
    [/\bLinux\b/, 'Linux'],
  ]);
  return [browser ?? userAgent.slice(0, 40), system].filter(Boolean).join(' on ');
}

function first(text: string, names: readonly (readonly [RegExp, string])[]): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1];
}
