// @ts-check
// Keys: one for each tool and button, wherever the focus is in the lab, but not where somebody types.

import { ACTS, MORE_KEYS, TOOLS } from "./actions.js";
import { make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

/**
 * Whether what is typed there is text.
 * @param {EventTarget | undefined} target
 */
const isTyping = (target) =>
  target instanceof Element && target.matches('input:not([type="range"], [type="radio"], [type="checkbox"]), select, textarea');

/**
 * @param {Page} page
 * @param {Record<string, () => void>} acts what the buttons do, by name
 * @param {(tool: string) => void} choose
 */
export function watchKeys(page, acts, choose) {
  /** @type {Record<string, () => void>} */
  const doings = { ...Object.fromEntries(TOOLS.map(({ key, tool }) => [key, () => choose(tool)])) };
  for (const { key, act } of Object.values(ACTS)) doings[key] = acts[act];
  const { climb, descend, timeout, difference, diagram, reasons, stop } = acts;
  Object.assign(doings, { "+": climb, "-": descend, t: timeout, d: difference, g: diagram, w: reasons, Escape: stop });
  page.root.addEventListener("keydown", (event) => {
    const doing = doings[event.key];
    if (!doing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0])) return;
    event.preventDefault();
    doing();
  });
}

/** The list of the keys. */
export function makeKeyList() {
  const rows = [
    ...[...TOOLS, ...Object.values(ACTS)].map(({ key, label, title }) => [key, `${label}: ${title}`]),
    ...MORE_KEYS,
  ];
  const list = make("dl", { class: "lab-key-list" });
  for (const [key, what] of rows) list.append(make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)));
  return list;
}
