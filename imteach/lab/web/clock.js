// @ts-check
// Time and height: where a moment stands in the picture, and which moment a height is.

/** @typedef {[number, number]} Mark a moment in simulated ms, and its height in pixels */

/**
 * How many of these times, which are in order, are not later than `t`.
 * @param {number[]} times
 * @param {number} t
 */
export function countUpTo(times, t) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Between two marks time runs evenly. An instant that is spread out has two marks: it stands at the lower one, because
 * by then all of it has happened.
 * @param {Mark[]} marks in time order, going down
 */
export function makeAxis(marks) {
  const columns = [marks.map(([t]) => t), marks.map(([, y]) => y)];

  /**
   * What lies as far between two marks as this does.
   * @param {0 | 1} which
   * @param {number} value
   */
  function between(which, value) {
    if (!marks.length) return 0;
    const place = countUpTo(columns[which], value);
    const [before, after] = [marks[Math.max(place - 1, 0)], marks[Math.min(place, marks.length - 1)]];
    const other = which === 0 ? 1 : 0;
    const whole = after[which] - before[which];
    if (whole === 0 || place === 0) return before[other];
    return before[other] + ((value - before[which]) / whole) * (after[other] - before[other]);
  }

  return {
    /** @param {number} t */
    yAt: (t) => between(0, t),
    /** @param {number} y */
    tAt: (y) => between(1, y),
    first: marks[0]?.[0] ?? 0,
    top: marks[0]?.[1] ?? 0,
    bottom: marks[marks.length - 1]?.[1] ?? 0,
  };
}

/**
 * What stands in a history at a moment: its last entry that is not later.
 * @template {[number, ...any[]]} Entry
 * @param {Entry[]} history entries that begin with their time, in time order
 * @param {number} t
 * @returns {Entry | undefined}
 */
export function entryAt(history, t) {
  for (let place = history.length - 1; place >= 0; place--) if (history[place][0] <= t) return history[place];
  return undefined;
}

/**
 * A time as it is written.
 * @param {number} t
 */
export const ms = (t) => `${Math.round(t * 1000) / 1000} ms`;
