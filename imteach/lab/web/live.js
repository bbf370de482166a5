// @ts-check
// What every page of ours shares: how it asks Python for something and shows that the answer is pending, how it keeps
// its keys to itself, and how it learns that its kernel is gone. Python's half stands in live.py, which puts this file
// in front of each page's own.

/**
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(event: string, callback: (...told: any[]) => void) => void} on
 * @property {(event: string, callback: (...told: any[]) => void) => void} off
 * @property {(message: object) => void} send
 * @property {(name: string, value: any) => void} [set]
 * @property {() => void} [save_changes]
 * @property {any} [widget_manager]
 * @property {boolean} [isTable] whether it answers by itself, out of what was worked out beforehand: see answers.js
 */

const SHOWN = 120; // ms; an answer that comes sooner is not shown to be pending: that would only flicker
const SOON = 400; // ms; an answer that comes sooner needs no words
const LATE = 4000; // ms; from now on the same may be asked again, because a question can be lost

const WAITING = "Waiting for Python …";
const STILL_WAITING =
  "Python has not answered yet: a cell is running, or the connection is slow. This shows what came of it as soon as it answers.";
const GONE = "The kernel of this lab has ended, so nothing can be clicked. ";
const NONE = "There is no Python behind this page, so nothing can be clicked. ";
const COME_BACK = "To go on, run the code cells above and then this one again (Ctrl+Enter).";

/**
 * What Python sent, with null wherever it said None: a kernel that lives in the page (JupyterLite) sends undefined there.
 * @param {any} sent
 * @returns {any}
 */
export function withNulls(sent) {
  if (sent === undefined) return null;
  if (sent === null || typeof sent !== "object" || ArrayBuffer.isView(sent)) return sent;
  for (const [name, part] of Object.entries(sent)) {
    if (part === undefined) sent[name] = null;
    else if (typeof part === "object") withNulls(part);
  }
  return sent;
}

/**
 * Make an element. Children that are text stay text.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A text as nodes: what stands between backquotes is code.
 * @param {string} text
 */
export const inCode = (text) => text.split("\x60").map((part, place) => (place % 2 ? make("code", {}, part) : part));

/** The element that has the focus, also inside a shadow root, where the document only knows the root's host.
 * @param {Element} root
 */
export function focusedIn(root) {
  const active = /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement;
  return active && root.contains(active) ? active : null;
}

/**
 * What an element asks for, as its `data-asks` says it.
 * @param {Record<string, any>} message
 */
export const asks = (message) => Object.values(message).join(" ");

const ENDED = ["restarting", "autorestarting", "terminating", "dead"];

/**
 * Connect a page with Python. `ask` asks for something; it is pending until the trait `answered` says that it is done
 * with and `whenDrawn` that all that came of it is drawn: meanwhile the root and what was clicked have `data-pending`,
 * and if it takes so long that it should be seen, the root has `data-waiting`. `data-kernel` of the root says whether
 * there is anybody to ask, and `data-over` that nothing is answered any more. `words` says so; nobody else writes there.
 * `settle` is called when nothing is pending any more.
 * @param {{model: Model, el: HTMLElement, root: HTMLElement, words: HTMLElement, settle: () => void,
 *   whenDrawn?: () => Promise<void>}} page
 * @returns {{view: string, ask: (message: Record<string, any>, seen: number) => boolean, mark: () => void, stop: () => void}}
 */
export function connect({ model, el, root, words, settle, whenDrawn }) {
  const view = Math.random().toString(36).slice(2); // random, because each view has its own copy of this file
  /** @type {{number: number, key: string, at: number}[]} */
  let pending = [];
  let number = 0;
  const answers = model.isTable ? "none" : "alive"; // what `data-kernel` says as long as there are answers
  /** @type {number[]} */
  let timers = [];
  let waiting = 0; // the timer after which it is shown that something is pending

  /**
   * Say this now, and later that.
   * @param {...[number, string]} what
   */
  function say(...what) {
    timers.forEach(clearTimeout);
    words.textContent = "";
    timers = what.map(([later, text]) => setTimeout(() => (words.textContent = text), later));
  }

  /** Mark what is pending, also on elements that were drawn anew meanwhile. */
  function mark() {
    const keys = new Set(pending.map(({ key }) => key));
    for (const element of root.querySelectorAll("[data-asks]")) {
      element.toggleAttribute("data-pending", keys.has(element.getAttribute("data-asks") ?? ""));
    }
    root.toggleAttribute("data-pending", pending.length > 0);
  }

  /**
   * Of what is pending, keep what is after this number.
   * @param {number} last
   */
  function done(last) {
    pending = pending.filter((one) => one.number > last);
    mark();
    if (pending.length) return;
    clearTimeout(waiting);
    root.removeAttribute("data-waiting");
    say();
    settle();
  }

  // marimo, which has each widget in a shadow root, runs the cells that use it when the page changes a trait, not Python.
  /** @param {number} last */
  function tellTheHost(last) {
    if (!(root.getRootNode() instanceof ShadowRoot) || model.get("drawn_until") === last) return;
    model.set?.("drawn_until", last);
    model.save_changes?.();
  }

  const answered = () => {
    const last = model.get("answered")?.[view] ?? 0;
    if (whenDrawn) queueMicrotask(() => void whenDrawn().then(() => root.dataset.kernel === answers && done(last)));
    else done(last);
    tellTheHost(last);
  };

  /**
   * @param {Record<string, any>} message
   * @param {number} seen the revision that the learner saw
   * @returns {boolean} whether it was asked: it is not if nobody is there, or it is on its way already
   */
  function ask(message, seen) {
    if (root.dataset.kernel !== answers) {
      settle();
      return false;
    }
    const key = asks(message);
    if (pending.some((one) => one.key === key && Date.now() - one.at < LATE)) return false;
    pending.push({ number: ++number, key, at: Date.now() });
    mark();
    clearTimeout(waiting);
    waiting = setTimeout(() => root.setAttribute("data-waiting", ""), SHOWN);
    say([SOON, WAITING], [LATE, STILL_WAITING]);
    model.send({ ...message, rev: seen, ask: [view, number] });
    return true;
  }

  // Who is there to ask. A kernel that ended does not come back: the next one knows nothing of this page.

  /** @param {"gone" | "none"} what */
  function over(what) {
    if (root.dataset.kernel !== answers) return;
    root.dataset.kernel = what;
    root.toggleAttribute("data-over", true);
    for (const control of root.querySelectorAll("[data-asks]")) control.setAttribute("aria-disabled", "true");
    done(number);
    words.textContent = (what === "gone" ? GONE : NONE) + COME_BACK;
  }

  const isCutOff = () => el.closest(".jupyter-widgets-disconnected") !== null;
  const cutOff = () => queueMicrotask(() => isCutOff() && over("gone")); // ipywidgets marks the view at the same event
  const closed = () => over("gone");
  /**
   * @param {any} _
   * @param {string} status
   */
  const heard = (_, status) => ENDED.includes(status) && over("gone");
  const kernel = model.widget_manager?.kernel; // in JupyterLab and Notebook; other hosts do not say

  root.dataset.kernel = answers;
  queueMicrotask(() => isCutOff() && over("none"));
  kernel?.statusChanged?.connect(heard);
  kernel?.disposed?.connect(closed);
  model.on("comm_live_update", cutOff);
  model.on("change:answered", answered);
  const stop = () => {
    [waiting, ...timers].forEach(clearTimeout);
    kernel?.statusChanged?.disconnect(heard);
    kernel?.disposed?.disconnect(closed);
    model.off("comm_live_update", cutOff);
    model.off("change:answered", answered);
  };
  return { view, ask, mark, stop };
}

/**
 * Whether a key is for the notebook: it runs the cell, or saves.
 * @param {KeyboardEvent} event
 */
function isNotebooks(event) {
  const command = event.ctrlKey || event.metaKey;
  if (event.key === "Enter") return command || event.altKey || event.shiftKey;
  return command && event.key.toLowerCase() === "s";
}

/**
 * Let no other key reach the notebook, where x cuts the cell. JupyterLab listens as an event bubbles up, Notebook 7 as
 * it goes down; Notebook ignores a key only if the element says so, so the element says so for just those keys.
 * What had the focus and is gone or hidden leaves it to the root: else the next key would be the notebook's.
 * @param {HTMLElement} root
 * @returns {() => void} what ends it
 */
export function keepKeys(root) {
  /** @type {Element | null} what had the focus last, if it was something of ours */
  let held = null;

  /** Whether the focus is nowhere, because what had it cannot have it any more. */
  const isLost = () => {
    const active = document.activeElement;
    if (!held || !root.isConnected || focusedIn(root) || (active && active !== document.body)) return false;
    return !held.isConnected || held.matches(":disabled") || held.getClientRects().length === 0;
  };
  /** @param {Event} event */
  const hold = (event) => {
    const target = event.composedPath()[0];
    held = target instanceof Element && root.contains(target) ? target : null;
  };
  const look = () => requestAnimationFrame(() => isLost() && root.focus({ preventScroll: true }));
  /** @param {Event} event */
  const down = (event) => {
    if (isLost()) {
      root.focus({ preventScroll: true }); // not every browser tells at once that it is
      event.stopImmediatePropagation();
    }
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || !root.contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !isNotebooks(/** @type {KeyboardEvent} */ (event)));
  };
  /** @param {Event} event */
  const up = (event) => {
    if (!isNotebooks(/** @type {KeyboardEvent} */ (event))) event.stopPropagation();
  };
  root.tabIndex = -1; // a click on what takes no focus gives it to the root: else the next key would be the notebook's
  root.addEventListener("keydown", up);
  root.addEventListener("focusout", look);
  /** @type {[string, (event: Event) => void][]} */
  const watch = [["keydown", down], ["focusin", hold], ["pointerdown", hold]];
  for (const [event, act] of watch) window.addEventListener(event, act, true); // before the document, where Notebook 7 listens
  return () => {
    for (const [event, act] of watch) window.removeEventListener(event, act, true);
  };
}
