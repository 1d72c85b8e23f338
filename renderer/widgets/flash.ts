const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** A value that changed flashes once and fades; not where the user wants no motion. */
export function flash(element: HTMLElement | null | undefined): void {
  if (!element || calm.matches) return;
  const from = getComputedStyle(document.documentElement).getPropertyValue('--accent-bg');
  element.animate([{ backgroundColor: from }, { backgroundColor: 'transparent' }], {
    duration: 900,
    easing: 'ease-out',
  });
}
