import { marks, type Mark } from './drawing.ts';

/** The axis at the left and its lines. Every tick has its text: Plot's own logarithmic axis would leave some out. */
export const leftAxis = (ticks: readonly number[], text: (tick: number) => string, label: string): Mark[] => [
  marks.gridY(ticks, { stroke: 'currentColor', strokeOpacity: 0.15 }),
  marks.axisY(ticks, { text, label, labelArrow: 'none', tickSize: 0, tickPadding: 8 }),
];

export const bottomAxis = (ticks: readonly number[], text: (tick: number) => string): Mark =>
  marks.axisX(ticks, { text, label: null });
