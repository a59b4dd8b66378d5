/** `INV-000042`: numbers of one series in the order in which they were made. */
export function numberText(prefix: string, serial: number): string {
  return `${prefix}${String(serial).padStart(6, '0')}`;
}
