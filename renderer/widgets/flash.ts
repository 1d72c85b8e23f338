const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** A value that changed flashes once and fades; not where the user wants no motion. */
export function flash(element: HTMLElement | undefined): void {
  if (element === undefined || calm.matches) return;
  const from = getComputedStyle(document.documentElement).getPropertyValue('--accent-bg');
  element.animate([{ backgroundColor: from }, { backgroundColor: 'transparent' }], {
    duration: 900,
    easing: 'ease-out',
  });
}
