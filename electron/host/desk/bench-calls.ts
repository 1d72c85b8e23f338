import { fail } from '../../model/outcome.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function benchCalls(_desk: DeskContext): CallGroup<'bench'> {
  const notBuilt = () => fail('not-built', 'This part of the tool is not built yet.');
  return { calls: { 'bench.estimate': notBuilt, 'bench.start': notBuilt, 'bench.cancel': notBuilt } };
}
