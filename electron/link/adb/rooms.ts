/**
 * Rooms for payloads, used again: a stream of samples would otherwise leave hundreds of MiB a second for the garbage collector, which then
 * takes more time than all the rest of the way. Whoever does not give a room back just keeps it.
 */
const SMALLEST = 4 * 1024;
const LARGEST = 1024 * 1024;
/** So many bytes are kept free for later. */
const KEPT = 16 * LARGEST;

const free = new Map<number, ArrayBuffer[]>();
const lent = new WeakSet<ArrayBufferLike>();
let kept = 0;

const sizeFor = (bytes: number): number => Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)));

/** Room for so many bytes; what it holds is of no meaning. */
export function takeRoom(bytes: number): Uint8Array {
  if (bytes < SMALLEST || bytes > LARGEST) return new Uint8Array(bytes);
  const size = sizeFor(bytes);
  const again = free.get(size)?.pop();
  if (again !== undefined) kept -= size;
  const room = again ?? new ArrayBuffer(size);
  lent.add(room);
  return new Uint8Array(room, 0, bytes);
}

/** Nobody looks at these bytes any more. What is no room of ours, or was given back already, is left alone. */
export function giveRoomBack({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || !lent.delete(buffer) || kept + buffer.byteLength > KEPT) return;
  kept += buffer.byteLength;
  const alike = free.get(buffer.byteLength);
  if (alike === undefined) free.set(buffer.byteLength, [buffer]);
  else alike.push(buffer);
}
