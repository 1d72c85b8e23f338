import { fail } from '../../model/outcome.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function runsCalls(_desk: DeskContext): CallGroup<'runs'> {
  const notBuilt = () => fail('not-built', 'This part of the tool is not built yet.');
  return {
    calls: {
      'runs.list': notBuilt,
      'runs.open': notBuilt,
      'runs.annotate': notBuilt,
      'runs.delete': notBuilt,
      'runs.restore': notBuilt,
      'runs.import': notBuilt,
      'runs.compare': notBuilt,
      'runs.export': notBuilt,
    },
  };
}
