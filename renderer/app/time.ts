const two = (value: number): string => String(value).padStart(2, '0');

/** '12:04:31', local. */
export function clockText(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** '12:04:31.123', local. */
export const clockMsText = (ms: number): string =>
  `${clockText(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, '0')}`;

/** '+01:00': what local times are ahead of UTC by. */
export function offsetText(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** '2026-11-22 12:04:31 +01:00', local with its offset. */
export function dateTimeText(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${clockText(ms)} ${offsetText(ms)}`;
}

/** How long ago, for people: '4 s', '3 min', '2 h', '5 d'. */
export function agoText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return s < 86_400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} d`;
}
