/** A length of time as a clock shows it: '1:05.3', '1:02:05'. */
export function lengthText(ms: number): string {
  const tenths = Math.max(0, Math.floor(ms / 100));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(tenths / 10) % 60;
  const minutes = Math.floor(tenths / 600) % 60;
  const hours = Math.floor(tenths / 36_000);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}.${tenths % 10}`;
}
