/** What a picture is drawn on: CSS pixels, whatever the screen has. */
export interface Surface {
  readonly ctx: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** Screen pixels in a CSS pixel. */
  readonly ratio: number;
}

/** Data is drawn at most so often unless told otherwise, and less often where a drawing is costly; what the user does is drawn with the next frame. */
const LEAST_MS = 100;
/** A drawing may take one part of so many of the time. */
const PARTS = 12;

/**
 * Draws a canvas when asked: once a frame at most, about ten times a second for data, not at all while it cannot be seen.
 * It follows the size of its element and the pixels of the screen.
 */
export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #draw: (surface: Surface) => void;
  readonly #resize: ResizeObserver;
  readonly #sight: IntersectionObserver;
  readonly #leastMs: number;
  #seen = false;
  #due = false;
  #frame = 0;
  #timer = 0;
  #nextMs = -Infinity;

  constructor(canvas: HTMLCanvasElement, draw: (surface: Surface) => void, leastMs = LEAST_MS) {
    this.#leastMs = leastMs;
    this.#canvas = canvas;
    this.#draw = draw;
    this.#resize = new ResizeObserver(() => this.request(true));
    this.#resize.observe(canvas);
    this.#sight = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)?.isIntersecting ?? false;
      if (this.#seen && this.#due) this.request(true);
    });
    this.#sight.observe(canvas);
  }

  /** Draws soon; `now`: with the next frame. */
  request(now = false): void {
    this.#due = true;
    if (!this.#seen || this.#frame !== 0) return;
    const wait = now ? 0 : this.#nextMs - performance.now();
    if (wait <= 0) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#frame = requestAnimationFrame(() => this.#paint());
    } else if (this.#timer === 0) {
      this.#timer = window.setTimeout(() => {
        this.#timer = 0;
        this.request(true);
      }, wait);
    }
  }

  close(): void {
    this.#resize.disconnect();
    this.#sight.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#seen = false;
  }

  #paint(): void {
    this.#frame = 0;
    const began = performance.now();
    this.#due = false;
    const surface = this.#surface();
    if (surface) this.#draw(surface);
    this.#nextMs = began + Math.max(this.#leastMs, PARTS * (performance.now() - began));
  }

  #surface(): Surface | null {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const ctx = canvas.getContext('2d');
    if (!ctx || width === 0 || height === 0) return null;
    const ratio = window.devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    return { ctx, width, height, ratio };
  }
}
