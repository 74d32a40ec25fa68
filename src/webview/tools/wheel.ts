/**
 * Wheels, high-resolution wheels and trackpads as notches: one slice each.
 *
 * A plain wheel sends one event a notch (wheelDelta a multiple of 120, or a large delta). Trackpads
 * and fine wheels send many small deltas, which add up; the first after a pause counts at once, so
 * that a single slow notch of an accelerated wheel is never lost.
 */

/** CSS pixels of small deltas that make a notch. */
const PIXELS = 30;
/** A delta this large in one event is a notch of a wheel. */
const NOTCH = 50;
/** Milliseconds without an event that end a movement. */
const PAUSE = 150;
/** CSS pixels of a line, for devices that report lines. */
const LINE = 33;

export interface WheelStep {
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly timeStamp: number;
  /** Chromium's own count, 120 a notch; absent elsewhere. */
  readonly wheelDeltaY?: number;
}

export class WheelNotches {
  private sum = 0;
  private last = Number.NEGATIVE_INFINITY;
  private direction = 0;

  /** Notches (negative: away from the user) that this event completes. */
  take(event: WheelStep): number {
    const delta = event.deltaMode === 0 ? event.deltaY : event.deltaY * LINE;
    if (delta === 0) return 0;
    const direction = Math.sign(delta);
    const fresh = event.timeStamp - this.last > PAUSE || direction !== this.direction;
    this.last = event.timeStamp;
    this.direction = direction;
    const counted = Math.abs(event.wheelDeltaY ?? 0);
    if (counted > 0 && counted % 120 === 0) {
      this.sum = 0;
      return direction * (counted / 120);
    }
    if (Math.abs(delta) >= NOTCH || fresh) {
      this.sum = 0;
      return direction;
    }
    this.sum += Math.abs(delta);
    const notches = Math.floor(this.sum / PIXELS);
    this.sum -= notches * PIXELS;
    return direction * notches;
  }
}
