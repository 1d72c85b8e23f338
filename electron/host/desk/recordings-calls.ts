import { fail } from '../../model/outcome.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function recordingsCalls(_desk: DeskContext): CallGroup<'recordings'> {
  const notBuilt = () => fail('not-built', 'This part of the tool is not built yet.');
  return {
    calls: {
      'recordings.start': notBuilt,
      'recordings.stop': notBuilt,
      'recordings.list': notBuilt,
      'recordings.open': notBuilt,
      'recordings.import': notBuilt,
      'recordings.export': notBuilt,
      'recordings.delete': notBuilt,
    },
  };
}
