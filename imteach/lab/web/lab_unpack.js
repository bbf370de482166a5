// @ts-check
// Large parts of the page come compressed: JSON, deflated. Python's half stands in live.py.

import { withNulls } from "./live.js";

/**
 * The value of a part as Python meant it.
 * @param {any} value
 * @returns {Promise<any>}
 */
export async function unpack(value) {
  if (!(value instanceof DataView)) return value;
  const { DecompressionStream } = /** @type {any} */ (globalThis); // TypeScript 4.8 does not know it yet
  const inflating = new DecompressionStream("deflate");
  const writer = inflating.writable.getWriter(); // a Blob's stream would take three times as long
  void writer.write(value);
  void writer.close();
  return JSON.parse(await new Response(inflating.readable).text());
}

/**
 * Whether two values of a part are the same, as Python sent them.
 * @param {any} one
 * @param {any} other
 */
function isSame(one, other) {
  if (!(one instanceof DataView && other instanceof DataView)) return JSON.stringify(one) === JSON.stringify(other);
  if (one.byteLength !== other.byteLength) return false;
  for (let place = 0; place < one.byteLength; place++) if (one.getUint8(place) !== other.getUint8(place)) return false;
  return true;
}

/**
 * Draw the parts that changed, all that Python sent at once in one go: first they are unpacked, and then drawn in the
 * order of `draw`. `changed` says which part has changed; `whenDrawn` is done when nothing is left to draw.
 * `ahead` draws what a step shows before Python has told; `settle` shows what Python knows where it told otherwise.
 * @template Before
 * @param {(name: string) => any} get the value of a part
 * @param {Record<string, (value: any) => void>} draw
 * @param {() => Before} before is called before parts are drawn
 * @param {(names: string[], was: Before) => void} after is called when they were drawn, with what `before` returned
 */
export function makeDrawing(get, draw, before, after) {
  /** @type {Set<string>} */
  const changed = new Set();
  /** @type {Promise<void> | null} */
  let working = null;
  let isStopped = false;
  /** @type {Map<string, any>} what was drawn before Python told it, as it would come */
  const early = new Map();

  /** @param {string} name */
  function isDrawn(name) {
    const wasEarly = early.has(name);
    const sent = early.get(name);
    early.delete(name);
    return wasEarly && isSame(sent, withNulls(get(name)));
  }

  async function work() {
    await null; // Python's changes are told one by one: all of them come first
    while (changed.size && !isStopped) {
      const names = Object.keys(draw).filter((name) => changed.has(name) && !isDrawn(name));
      changed.clear();
      if (!names.length) break;
      const values = await Promise.all(names.map((name) => unpack(withNulls(get(name)))));
      if (isStopped) return;
      const was = before();
      names.forEach((name, place) => draw[name](values[place]));
      after(names, was);
    }
    working = null;
  }

  /** @param {string} name */
  function hasChanged(name) {
    changed.add(name);
    working ??= work();
  }

  return {
    changed: hasChanged,
    /** @param {{raw: Record<string, any>, values: Record<string, any>}} ready the parts that differ from those shown */
    ahead({ raw, values }) {
      if (working || early.size) return;
      const names = Object.keys(draw).filter((name) => name in values);
      const was = before();
      for (const name of names) {
        early.set(name, raw[name]);
        draw[name](values[name]);
      }
      after(names, was);
    },
    settle: () => [...early.keys()].forEach(hasChanged),
    whenDrawn: async () => {
      while (working) await working;
    },
    stop: () => (isStopped = true),
  };
}

/**
 * Draw each part that a model holds, and again whenever it changes; `after` is called when parts were drawn.
 * @param {import("./live.js").Model} model
 * @param {Record<string, (value: any) => void>} draw
 * @param {() => void} after
 */
export function showParts(model, draw, after) {
  const parts = makeDrawing((name) => model.get(name), draw, () => null, after);
  const watch = Object.keys(draw).map((part) => /** @type {const} */ ([`change:${part}`, () => parts.changed(part)]));
  for (const part of Object.keys(draw)) parts.changed(part);
  for (const [event, redraw] of watch) model.on(event, redraw);
  return {
    whenDrawn: parts.whenDrawn,
    stop() {
      parts.stop();
      for (const [event, redraw] of watch) model.off(event, redraw);
    },
  };
}
