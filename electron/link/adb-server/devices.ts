import { isAddress } from '../adb/identity.ts';

/** One device in an adb server's list. */
export interface ListedDevice {
  /** As the server calls it; may hold spaces, colons and anything else. */
  readonly serial: string;
  /** The server's own word or words: "device", "no permissions (...); see [...]". */
  readonly state: string;
  /** Empty where the server does not tell. */
  readonly product: string;
  readonly model: string;
  readonly device: string;
  /** "usb:1-2"; empty: not over USB, or the server does not tell. */
  readonly path: string;
  /** Number of the transport, as text; null: the server is too old for such. */
  readonly transportId: string | null;
}

/**
 * Words for states: to_string(ConnectionState) in adb.cpp of platform/packages/modules/adb; "no permissions" brings a sentence of
 * UsbNoPermissionsLongHelpText (sysdeps/posix or client/usb_linux.cpp) with spaces in it.
 */
const STATES =
  'device|offline|unauthorized|authorizing|connecting|no permissions|recovery|sideload|rescue|bootloader|host|detached|unknown';

/** The fields behind a state (append_transport in transport.cpp). Values other than the path are without spaces in every known server. */
const FIELD = '(?:usb|product|model|device):';

/** Serial, state and fields of a line of `devices -l`; a serial may hold spaces, so the state is what stands before fields or the end. */
const LONG = new RegExp(
  `^(.+?)[ \\t]+((?:${STATES})(?: ?\\(.*?\\))?(?:; see \\[.*?\\])?)(?=$| +${FIELD})(.*)$`,
);

/** A state that this tool does not know: then nothing tells it from a serial with spaces but the first space. */
const PLAIN = /^(\S+)[ \t]+(.*?)(?=$| +(?:usb|product|model|device):)(.*)$/;

/** No line of a real server is longer: a serial of USB has at most 126 characters. */
const LONGEST = 2_048;

/** What an adb server says to `track-devices-l` (or, one that is old, to `track-devices`): a device a line. null: it is something else. */
export function parseDevices(text: string): readonly ListedDevice[] | null {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const devices = lines.filter((line) => line !== '').map(parseLine);
  return devices.includes(null) ? null : devices.filter((device) => device !== null);
}

function parseLine(line: string): ListedDevice | null {
  if (line.length > LONGEST) return null;
  // It stands at the end in every version, so that a name which looks like it does no harm.
  const id = / transport_id:(\d+)$/.exec(line);
  const rest = id === null ? line : line.slice(0, id.index);
  const parts = LONG.exec(rest) ?? PLAIN.exec(rest);
  if (parts === null) return null;
  const [, serial = '', state = '', fields = ''] = parts;
  return { serial, state, ...fieldsOf(fields), transportId: id?.[1] ?? null };
}

function fieldsOf(text: string): Pick<ListedDevice, 'product' | 'model' | 'device' | 'path'> {
  const of = (key: string): string => new RegExp(`(?:^| )${key}:(.*?)(?=$| +${FIELD})`).exec(text)?.[1] ?? '';
  const usb = of('usb');
  return {
    product: of('product'),
    model: of('model'),
    device: of('device'),
    path: usb === '' ? '' : `usb:${usb}`,
  };
}

/** A board that the server reaches over a network. A serial over USB may look like an address, but then the place of its plug is told. */
export const isNetwork = ({ serial, path }: ListedDevice): boolean => path === '' && isAddress(serial);
