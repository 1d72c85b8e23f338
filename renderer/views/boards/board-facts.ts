import type { AccelNode, Identity } from '../../../electron/model/board.ts';
import { driverText } from '../../../electron/model/board.ts';
import type { BoardView } from '../../../electron/model/desk.ts';
import { formatBytes } from '../../../electron/model/format.ts';
import { waysText } from '../../app/board-words.ts';

/** One fact of a board; `value` null: not known, and why. */
export interface Fact {
  readonly name: string;
  readonly value: string | null;
  readonly why: string;
}

/** 'cdsp, adsp': the DSPs whose nodes are there. */
export const dspsText = ({ identity }: BoardView): string =>
  identity === null ? '' : [...new Set(identity.nodes.map((node) => node.dsp))].join(', ') || 'none';

const fact = (name: string, value: string | null, why = ''): Fact => ({ name, value: value || null, why });

const NOBODY = 'nobody asked the board yet: connect to it';

/** What its transport says of it, where that is more than the way. */
const ownDetail = ({ detail, transports, state }: BoardView): string =>
  transports.includes('virtual') && detail !== '' && state.kind !== 'failed' ? `: ${detail}` : '';

/** What is known of a board, always the same rows, so that boards side by side can be read across. */
export function factsOf(board: BoardView): readonly Fact[] {
  const { identity } = board;
  const own = (value: (identity: Identity) => string | null, why = ''): [string | null, string] =>
    identity === null ? [null, NOBODY] : [value(identity), why];
  return [
    fact('Id', board.id),
    fact('Transport', `${waysText(board)}${ownDetail(board)}`),
    fact('Model', ...own(({ model }) => model, 'the board does not tell it')),
    fact('Serial', ...own(({ serial }) => serial, 'the board does not tell it')),
    fact('Kernel', ...own(({ kernel, machine }) => `${kernel} ${machine}`)),
    fact('Heaps', ...own(({ heaps }) => heaps.join(', '), 'there is no dma-heap that can be used')),
    fact('Page', ...own(({ pageSize }) => formatBytes(pageSize))),
    fact('Clock', ...own(({ clockCostNs }) => `${clockCostNs} ns a reading`)),
  ];
}

/** One node of a DSP, as a row. */
export interface NodeRow {
  readonly path: string;
  readonly dsp: string;
  /** 'accel0, QDA v1'. */
  readonly text: string;
  readonly proof: string;
  /** Benchmarks run on it. */
  readonly measured: boolean;
}

export function nodesOf({ identity, dsp }: BoardView): readonly NodeRow[] {
  const nodes = identity?.nodes ?? [];
  const measured = nodes.find((node) => node.dsp === dsp && node.generation !== null);
  return nodes.map((node) => ({
    path: node.path,
    dsp: node.dsp || 'not known',
    text: `${node.path.split('/').at(-1) ?? ''}, ${nodeDriver(node)}`,
    proof: node.proof,
    measured: node === measured,
  }));
}

const nodeDriver = ({ generation }: AccelNode): string =>
  generation === null ? 'refused' : driverText(generation.replace(/^qda-/, ''));
