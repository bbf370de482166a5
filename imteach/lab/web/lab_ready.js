// @ts-check
// What a step would show is asked for before the step is taken: while the mouse rests on something, the button is down
// or it has the focus. So it is there at once when the step is taken. Python's half is `_get_ready` in widget.py.

import { unpack } from "./lab_unpack.js";
import { asks, withNulls } from "./live.js";

/**
 * The parts that a step would change: as Python sends them, and as they are drawn.
 * @typedef {{key: string, rev: number, raw: Record<string, any>, values: Record<string, any>}} Ready
 */

const REST = 50; // ms; who passes over something on the way to another asks for nothing
const LOST = 4000; // ms; what has not been answered by then is not waited for

/**
 * What travels compressed, as it is in a trait.
 * @param {any} buffer as the host hands it over
 */
function viewOf(buffer) {
  if (!ArrayBuffer.isView(buffer)) return new DataView(buffer);
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/**
 * Get ready for steps that may come. `seen` is the number of the picture that is shown, `canAsk` whether there is a
 * Python that knows more than the page. One is asked for at a time: while Python is busy, only the newest waits. What a
 * step would show is given to `prepare` as soon as it is known.
 * @param {import("./live.js").Model} model
 * @param {() => number} seen
 * @param {() => boolean} canAsk
 * @param {(values: Record<string, any>) => void} prepare
 */
export function makeReady(model, seen, canAsk, prepare) {
  /** @type {Ready | null} */
  let ready = null;
  let asked = ""; // what was asked for last
  let since = -Infinity; // when, if it is not answered yet
  /** @type {Record<string, any> | null} */
  let next = null;
  let timer = 0;
  let heardLast = 0; // the number of what was heard last: what is large takes longer to unpack

  /** @param {Record<string, any>} message */
  const keyOf = (message) => `${seen()} ${asks(message)}`;

  /**
   * @param {any} content
   * @param {any[]} buffers
   */
  async function heard(content, buffers) {
    if (!content?.ready) return;
    const { ready: message, rev, parts, large } = withNulls(content);
    since = -Infinity;
    if (next) now(next);
    if (parts === null) return; // it cannot be said beforehand
    const number = ++heardLast;
    const packed = large.map((/** @type {string} */ name, /** @type {number} */ place) => [name, viewOf(buffers[place])]);
    const raw = { ...parts, ...Object.fromEntries(packed) };
    const names = Object.keys(raw);
    const values = await Promise.all(names.map((name) => unpack(raw[name])));
    if (number !== heardLast) return; // what is newer came meanwhile
    const made = Object.fromEntries(names.map((name, place) => [name, values[place]]));
    ready = { key: asks(message), rev, raw, values: made };
    prepare(made);
  }

  /**
   * Ask what this step would show.
   * @param {Record<string, any>} message
   */
  function now(message) {
    clearTimeout(timer);
    next = null; // another one waits no more, also if this one is asked for already
    const key = keyOf(message);
    if (!canAsk() || key === asked) return;
    if (performance.now() - since < LOST) {
      next = message;
      return;
    }
    [asked, since] = [key, performance.now()];
    model.send({ do: "ready", to: message, rev: seen() });
  }

  model.on("msg:custom", heard);
  return {
    now,
    /**
     * Ask for it if nothing else is asked for within a moment.
     * @param {Record<string, any>} message
     */
    soon(message) {
      clearTimeout(timer);
      timer = setTimeout(() => now(message), REST);
    },
    /** Ask for nothing. */
    never() {
      clearTimeout(timer);
      next = null;
    },
    /**
     * What this step shows, if that is known already.
     * @param {Record<string, any>} message
     * @returns {Ready | null}
     */
    taken(message) {
      clearTimeout(timer);
      return ready !== null && ready.rev === seen() && ready.key === asks(message) ? ready : null;
    },
    stop() {
      clearTimeout(timer);
      model.off("msg:custom", heard);
    },
  };
}
