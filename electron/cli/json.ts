/** JSON for programs. Addresses are 64 bits: they stand as hexadecimal strings. */
export const jsonOf = (value: unknown, indent: number): string =>
  JSON.stringify(
    value,
    (_, one: unknown) => (typeof one === 'bigint' ? `0x${one.toString(16)}` : one),
    indent,
  );
