// @ts-check
// What stays on the lab's page whatever is drawn there: its parts, still empty, and its buttons.

import { ACTS, JUMPS, SPEEDS, TOOLS } from "./actions.js";
import { makeKeyList } from "./lab_keys.js";
import { makeSvg } from "./lab_marks.js";
import { makeSettings } from "./lab_settings.js";
import { make } from "./live.js";

/** @typedef {Record<string, HTMLElement>} Page every part of the page, by its name */

/**
 * A drawn icon: no font needs to have it.
 * @param {string} path
 */
const makeIcon = (path) =>
  makeSvg("svg", { class: "lab-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, makeSvg("path", { d: path }));

/**
 * @param {string} words
 * @param {Record<string, string>} [more]
 */
const makeButton = (words, more) => make("button", { type: "button", class: "lab-button", ...more }, words);

/** @param {string} words */
const makeSmallButton = (words) => make("button", { type: "button", class: "lab-button lab-small" }, words);

/**
 * A button of the table of actions.
 * @param {import("./actions.js").Act} act
 */
function makeAct({ act, key, label, title, icon }) {
  const attributes = { type: "button", class: "lab-button lab-act", "data-act": act, "aria-label": label };
  const word = make("span", { class: "lab-word" }, label);
  return make("button", { ...attributes, title: `${title} (${key})` }, makeIcon(icon), word);
}

/** @param {import("./actions.js").Tool} tool */
function makeTool({ tool, key, label, title, icon }) {
  const attributes = { type: "button", role: "radio", class: "lab-tool", "data-tool": tool, "aria-checked": "false" };
  const word = make("span", { class: "lab-word" }, label);
  return make("button", { ...attributes, "aria-label": label, title: `${title} (${key})` }, makeIcon(icon), word);
}

/**
 * A part that is folded until somebody wants it, and the button that unfolds it.
 * @param {string} name
 * @param {string} title
 * @param {HTMLElement} content
 */
function makeFolded(name, title, content) {
  const panel = make("section", { class: "lab-panel", "data-panel": name, "aria-label": title }, content);
  panel.hidden = true;
  const words = make("span", {}, title);
  const fold = make("button", { type: "button", class: "lab-fold", "data-fold": name, "aria-expanded": "false" }, words);
  return { panel, fold, words };
}

/**
 * What stands above: the rungs, the tools, and the way back.
 * @returns {Page}
 */
function makeBar() {
  const rungs = make("div", { class: "lab-rungs" });
  const adds = make("p", { class: "lab-adds" });
  const ladder = make("fieldset", { class: "lab-ladder" }, make("legend", {}, "Rung"), rungs);
  const [undo, redo, reset] = [ACTS.undo, ACTS.redo, ACTS.reset].map(makeAct);
  const [keep, settings, shareButton, help] = [ACTS.keep, ACTS.settings, ACTS.share, ACTS.help].map(makeAct);
  for (const button of [undo, redo, reset, keep]) button.dataset.asks = button.dataset.act;
  for (const button of [shareButton, help]) button.setAttribute("aria-expanded", "false");
  const tools = make("div", { class: "lab-tools", role: "radiogroup", "aria-label": "Tool" }, ...TOOLS.map(makeTool));
  const steps = make("div", { class: "lab-steps" }, undo, redo, reset, keep, settings, shareButton, help);
  const share = make("div", { class: "lab-share", role: "group", "aria-label": "Share" });
  const shareNote = make("p", { class: "lab-empty", "aria-live": "polite" });
  share.hidden = true;
  const keys = make("div", { class: "lab-keys", role: "group", "aria-label": "Keys" }, makeKeyList());
  keys.hidden = true;
  const set = makeSettings();
  const bar = make("div", { class: "lab-bar" }, ladder, steps, tools, adds, share, keys, set.strip);
  return { bar, rungs, adds, undo, redo, reset, keep, settings, ...set, shareButton, share, shareNote, help, tools, keys };
}

/**
 * What came of the run: beside the picture, or above it.
 * @returns {Page}
 */
function makeSide() {
  const outcome = make("p", { class: "lab-outcome", role: "status", "aria-live": "polite" });
  const live = make("p", { class: "lab-live", "aria-live": "polite" });
  const differs = make("span", { class: "lab-differs", "aria-live": "polite" });
  const spoken = make("p", { class: "lab-unseen", "aria-live": "polite" });
  const refusal = make("p", { class: "lab-refusal", role: "alert" });
  const whyTitle = make("div", { class: "lab-title" });
  const unask = makeButton("✕", { class: "lab-button lab-small", "aria-label": "Put the reasons away" });
  const reasons = make("ol", { class: "lab-reasons", role: "list" });
  const why = make("div", { class: "lab-why-panel", role: "group", "aria-label": "Why" }, unask, whyTitle, reasons);
  why.hidden = true;
  const noFaults = make("p", { class: "lab-empty" }, "Nothing strikes: choose a tool, and click in the diagram.");
  const faults = make("ul", { class: "lab-faults", "aria-label": "What strikes", role: "list" });
  const phones = make("div", { class: "lab-phones" });
  const promises = make("ul", { class: "lab-promises", "aria-label": "Promises", role: "list" });
  const promisesTitle = make("span", { class: "lab-title", "aria-hidden": "true" }, "Promises");
  const holds = make("div", { class: "lab-holds" });
  const knows = make("div", { class: "lab-knows" });
  const folded = [
    makeFolded("strikes", "What strikes", make("div", {}, noFaults, faults)),
    makeFolded("holds", "Who holds what", holds),
    makeFolded("knows", "Who knows what", knows),
  ];
  const folds = make("div", { class: "lab-folds" }, promisesTitle, ...folded.map(({ fold }) => fold));
  const judged = make("div", { class: "lab-judged" }, folds, promises);
  const panels = make("div", { class: "lab-panels" }, ...folded.map(({ panel }) => panel));
  const now = make("p", { class: "lab-now" });
  const news = make("div", { class: "lab-news" }, make("div", { class: "lab-told-now" }, outcome, now), live, spoken, differs, refusal);
  const side = make("div", { class: "lab-side" }, news, why, phones, judged, panels);
  const struck = folded[0].words;
  const said = { outcome, now, live, spoken, differs, refusal };
  return { side, ...said, why, whyTitle, unask, reasons, struck, noFaults, faults, phones, promises, folds, panels, holds, knows };
}

/**
 * The time: how it is moved, and what happens at the moment.
 * @returns {Page}
 */
function makeTime() {
  const [previous, play, next] = [ACTS.previous, ACTS.play, ACTS.next].map(makeAct);
  const time = make("input", { type: "range", "data-part": "time", "aria-label": "Moment", min: "0", max: "0" });
  const when = make("span", { class: "lab-when" });
  const options = SPEEDS.map(([name]) => make("option", { value: name }, name));
  const speed = make("select", { class: "lab-speed", "aria-label": "Speed" }, ...options);
  /** @type {HTMLSelectElement} */ (speed).value = "normal";
  const ways = JUMPS.map(([kind, word]) => make("button", { type: "button", class: "lab-jump", "data-jump": kind }, word));
  const jumps = make("span", { class: "lab-jumps", role: "group", "aria-label": "To the next" }, "next ", ...ways);
  const timeBar = make("div", { class: "lab-time" }, previous, play, next, time, when, speed);
  return { timeBar, previous, play, next, time, when, speed, jumps };
}

/**
 * The run that is kept beside this one, and what differs.
 * @returns {Page}
 */
function makeBeside() {
  const sentence = make("p", { class: "lab-first" });
  const came = make("ul", { class: "lab-came", role: "list" });
  const keepOther = make("button", { type: "button", class: "lab-link-button", "data-asks": "keep" }, "Keep the second instead");
  const keptNote = make("p", { class: "lab-kept-note" });
  const about = { class: "lab-compared", role: "group", "aria-label": "The kept run and this one" };
  const compared = make("div", about, sentence, came, keepOther, keptNote);
  const names = make("div", { class: "lab-heads" });
  const kept = make("div", { class: "lab-kept", role: "group", "aria-label": "The kept run" }, names);
  compared.hidden = kept.hidden = true;
  return { compared, sentence, came, keptNote, keepOther, kept, keptNames: names };
}

/**
 * The picture, and what of a long run it shows.
 * @returns {Page}
 */
function makeMain() {
  const hint = make("p", { class: "lab-hint" });
  const shows = make("span");
  const [earlier, later] = ["← Earlier", "Later →"].map(makeSmallButton);
  const stretch = make("div", { class: "lab-stretch" }, shows, earlier, later);
  const names = make("div", { class: "lab-heads" });
  const drawing = make("div", { class: "lab-drawing" });
  const beside = makeBeside();
  const picture = make("div", { class: "lab-picture" }, beside.kept, names, drawing);
  const edges = make("div", { class: "lab-edges" }, makeSmallButton(""), makeSmallButton(""));
  edges.hidden = true;
  const { timeBar, ...time } = makeTime();
  const line = make("div", { class: "lab-line" }, hint, time.jumps);
  const main = make("div", { class: "lab-main" }, timeBar, line, stretch, beside.compared, edges, picture);
  return { main, edges, hint, shows, earlier, later, stretch, names, drawing, picture, ...beside, ...time };
}

/**
 * The same in Python and on the command line.
 * @returns {Page}
 */
function makeFoot() {
  const code = make("code");
  const python = make("pre", { class: "lab-python", "aria-label": "The same in Python" }, code);
  const command = make("code");
  const shell = make("pre", { class: "lab-shell", "aria-label": "The same on the command line" }, command);
  const note = make("p", { class: "lab-empty" });
  const line = make("div", { class: "lab-command" }, shell, note);
  line.hidden = true;
  const other = makeButton("Command line", { "aria-pressed": "false", title: "Show the same as a command line" });
  const copyButton = makeButton("Copy");
  const foot = make("div", { class: "lab-foot" }, python, line, other, copyButton);
  return { foot, python, shell, line, note, other, code, copyButton, command };
}

/**
 * The whole page, in `root`.
 * @returns {Page}
 */
export function makePage() {
  const [above, side, main, below] = [makeBar(), makeSide(), makeMain(), makeFoot()];
  const body = make("div", { class: "lab-body" }, side.side, main.main);
  const attributes = { class: "imteach-lab", role: "group", "aria-label": "Lab" };
  const root = make("div", attributes, above.bar, body, below.foot);
  return { root, body, ...above, ...side, ...main, ...below };
}
