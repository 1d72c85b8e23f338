const BYTES = 8;
const TWO_32 = 0x1_0000_0000;

/** Whole nanoseconds as packed little-endian u64: how samples are kept, and what their digest is made over. */
export function pack(ns: Float64Array | readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(ns.length * BYTES));
  ns.forEach((value, at) => {
    view.setUint32(at * BYTES, value % TWO_32, true);
    view.setUint32(at * BYTES + 4, Math.floor(value / TWO_32), true);
  });
  return new Uint8Array(view.buffer);
}

export function unpack(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from(
    { length: Math.floor(bytes.length / BYTES) },
    (_, at) => view.getUint32(at * BYTES + 4, true) * TWO_32 + view.getUint32(at * BYTES, true),
  );
}
