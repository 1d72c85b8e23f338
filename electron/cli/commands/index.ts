import type { Command } from '../command.ts';
import { bench } from './bench.ts';
import { board } from './board.ts';
import { boards } from './boards.ts';
import { check } from './check.ts';
import { clean } from './clean.ts';
import { doctor } from './doctor.ts';
import { memory } from './memory.ts';
import { record } from './record.ts';
import { report } from './report.ts';
import { runs } from './runs.ts';
import { serve } from './serve.ts';

/** The commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  boards,
  check,
  memory,
  bench,
  runs,
  report,
  record,
  serve,
  clean,
  doctor,
  board,
];
