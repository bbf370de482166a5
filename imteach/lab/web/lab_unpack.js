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
 * Draw the parts that changed, all that Python sent at once in one go: first they are unpacked, and then drawn in the
 * order of `draw`. `changed` says which part has changed; `whenDrawn` is done when nothing is left to draw.
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

  async function work() {
    await null; // Python's changes are told one by one: all of them come first
    while (changed.size && !isStopped) {
      const names = Object.keys(draw).filter((name) => changed.has(name));
      changed.clear();
      const values = await Promise.all(names.map((name) => unpack(withNulls(get(name)))));
      if (isStopped) return;
      const was = before();
      names.forEach((name, place) => draw[name](values[place]));
      after(names, was);
    }
    working = null;
  }

  return {
    /** @param {string} name */
    changed(name) {
      changed.add(name);
      working ??= work();
    },
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
