import type { Component } from 'svelte';
import type { ViewName } from '../state/ui.svelte.ts';

/** The views, each loaded when it is first shown. */
export const LOADERS: Readonly<Record<ViewName, () => Promise<{ default: Component }>>> = {
  boards: () => import('../views/boards/BoardsView.svelte'),
  memory: () => import('../views/memory/MemoryView.svelte'),
  bench: () => import('../views/bench/BenchView.svelte'),
  runs: () => import('../views/runs/RunsView.svelte'),
  report: () => import('../views/report/ReportView.svelte'),
  log: () => import('../views/log/LogView.svelte'),
  recordings: () => import('../views/recordings/RecordingsView.svelte'),
};
