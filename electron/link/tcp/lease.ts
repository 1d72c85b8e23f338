import type { AdbDevice } from '../adb/device.ts';
import { Fate } from '../adb/fate.ts';
import { closedByUs } from '../adb/problems.ts';
import type { Connection } from '../interfaces/link.ts';

/** The same device for one of several users: `close` ends what was opened through it, and leaves the others theirs. */
export function leaseOf(device: AdbDevice): AdbDevice {
  const fate = new Fate();
  const streams = new Set<Connection>();
  void device.gone.then((problem) => {
    fate.end(problem);
  });
  return {
    features: device.features,
    banner: device.banner,
    gone: fate.promise,
    run: (command, options) => device.run(command, options),
    push: (path, content, options) => device.push(path, content, options),
    async connect(abstractName, options) {
      const stream = await device.connect(abstractName, options);
      if (!stream.ok) return stream;
      const { value } = stream;
      streams.add(value);
      value.onClose(() => streams.delete(value));
      return stream;
    },
    close() {
      fate.end(closedByUs);
      for (const stream of [...streams]) stream.close();
      return Promise.resolve();
    },
  };
}
