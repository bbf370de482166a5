// @ts-check
// What stays on the lab's page whatever is drawn there: its parts, still empty, and its buttons.

import { make } from "./live.js";

/** @typedef {Record<string, HTMLElement>} Page every part of the page, by its name */

const HINT = "Click an arrow to drop that packet; click it again to take the drop back.";
const KEYS = "Keys: Tab to the diagram, arrows to move, Enter to drop.";

/**
 * @param {string} words
 * @param {Record<string, string>} [more]
 */
const makeButton = (words, more) => make("button", { type: "button", class: "lab-button", ...more }, words);

/**
 * @param {string} words
 */
const makeSmallButton = (words) => make("button", { type: "button", class: "lab-button lab-small" }, words);

/**
 * What stands above: the rungs, and the way back.
 * @returns {Page}
 */
function makeBar() {
  const rungs = make("div", { class: "lab-rungs" });
  const adds = make("p", { class: "lab-adds" });
  const ladder = make("fieldset", { class: "lab-ladder" }, make("legend", {}, "Rung"), rungs);
  const undo = makeButton("Undo", { "data-asks": "undo" });
  const begin = "Back to how this lab began: its rung, its faults";
  const reset = makeButton("Reset", { "data-asks": "reset", title: begin });
  const bar = make("div", { class: "lab-bar" }, ladder, adds, make("div", { class: "lab-steps" }, undo, reset));
  return { bar, rungs, adds, undo, reset };
}

/**
 * What came of the run: beside the picture, or above it.
 * @returns {Page}
 */
function makeSide() {
  const outcome = make("p", { class: "lab-outcome", role: "status", "aria-live": "polite" });
  const live = make("p", { class: "lab-live", "aria-live": "polite" });
  const refusal = make("p", { class: "lab-refusal", role: "alert" });
  const faults = make("ul", { class: "lab-faults", "aria-label": "Faults that are no arrow to click", role: "list" });
  const phones = make("div", { class: "lab-phones" });
  const promises = make("ul", { class: "lab-promises", "aria-label": "Promises", role: "list" });
  const promisesTitle = make("div", { class: "lab-title", "aria-hidden": "true" }, "Promises");
  const judged = make("div", { class: "lab-judged" }, promisesTitle, promises);
  const news = make("div", { class: "lab-news" }, outcome, live, refusal, faults);
  const side = make("div", { class: "lab-side" }, news, phones, judged);
  return { side, outcome, live, refusal, faults, phones, promises };
}

/**
 * The picture, and what of a long run it shows.
 * @returns {Page}
 */
function makeMain() {
  const hint = make("p", { class: "lab-hint" }, `${HINT} `, make("span", { class: "lab-keys" }, KEYS));
  const shows = make("span");
  const [earlier, later] = ["← Earlier", "Later →"].map(makeSmallButton);
  const stretch = make("div", { class: "lab-stretch" }, shows, earlier, later);
  const names = make("div", { class: "lab-heads" });
  const drawing = make("div", { class: "lab-drawing" });
  const picture = make("div", { class: "lab-picture" }, names, drawing);
  const main = make("div", { class: "lab-main" }, hint, stretch, picture);
  return { main, shows, earlier, later, stretch, names, drawing, picture };
}

/**
 * The same in Python.
 * @returns {Page}
 */
function makeFoot() {
  const code = make("code");
  const copyButton = makeButton("Copy");
  const python = make("pre", { class: "lab-python", "aria-label": "The same in Python" }, code);
  return { foot: make("div", { class: "lab-foot" }, python, copyButton), code, copyButton };
}

/**
 * The whole page, in `root`; `sheet` is the picture's style.
 * @returns {Page}
 */
export function makePage() {
  const [above, side, main, below] = [makeBar(), makeSide(), makeMain(), makeFoot()];
  const sheet = make("style");
  const body = make("div", { class: "lab-body" }, side.side, main.main);
  const attributes = { class: "imteach-lab", role: "group", "aria-label": "Lab" };
  const root = make("div", attributes, sheet, above.bar, body, below.foot);
  return { root, sheet, body, ...above, ...side, ...main, ...below };
}
