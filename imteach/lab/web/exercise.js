// @ts-check
// The page of a checked answer: its stages, what is wrong, and hints for those who ask. Python judges; the run that shows
// what is wrong stands below in a lab of its own.

import { connect, inCode, keepKeys, make } from "./live.js";
import { followGround } from "./ground.js";
import { showParts } from "./lab_unpack.js";

/**
 * @typedef {import("./live.js").Model} Model
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {boolean | null} passed
 * @property {string} note
 *
 * @typedef {object} Report
 * @property {string} caption
 * @property {boolean} passed
 * @property {Stage[]} stages
 * @property {string} reason
 * @property {string[]} notTried
 * @property {string} below what stands below it
 */

/** The sign of a stage, and how it is read aloud. */
const SIGNS = { true: ["✓", "passed"], false: ["✗", "not passed"], null: ["–", "not tried"] };

/** @param {boolean | null} passed */
function makeSign(passed) {
  const [sign, words] = SIGNS[/** @type {"true" | "false" | "null"} */ (String(passed))];
  return make("span", { class: "exercise-sign", role: "img", "aria-label": words }, sign);
}

/** @param {Stage} stage */
function makeStage({ name, passed, note }) {
  const attributes = { "data-stage": name, "data-passed": String(passed ?? "none") };
  const words = make("span", {}, make("strong", {}, name), ...(note ? [": ", ...inCode(note)] : []));
  return make("li", attributes, makeSign(passed), words);
}

/** The parts of the page. */
function makeExercise() {
  const caption = make("p", { class: "exercise-caption" });
  const stages = make("ul", { class: "exercise-stages", "aria-label": "Stages" });
  const reason = make("p", { class: "exercise-reason", dir: "auto" });
  const below = make("p", { class: "exercise-below" });
  const hint = make("button", { type: "button", class: "exercise-hint", "data-asks": "hint" }, "Give me a hint");
  const hints = make("ol", { class: "exercise-hints", "aria-live": "polite", "aria-label": "Hints" });
  const live = make("p", { class: "exercise-live", "aria-live": "polite" });
  const help = make("div", { class: "exercise-help" }, hint, live, hints);
  const notTried = make("div", { class: "exercise-not-tried" });
  const root = make("div", { class: "imteach-exercise", role: "group", "aria-label": "A checked answer" });
  root.append(caption, stages, reason, help, notTried, below);
  return { root, caption, stages, reason, below, hint, hints, live, help, notTried };
}

/**
 * Show one view of a report. Returns a function that takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
export function render({ model, el }) {
  const page = makeExercise();
  const { root } = page;
  const { ask, mark, stop } = connect({ model, el, root, words: page.live, settle: () => {}, whenDrawn: () => parts.whenDrawn() });
  const giveKeysBack = keepKeys(root);
  const leaveGround = followGround(el);
  page.hint.addEventListener("click", () => ask({ do: "hint" }, 0));
  page.hint.dataset.asks = "hint";

  /** @type {Record<string, (value: any) => void>} */
  const draw = {
    report: (/** @type {Report} */ { caption, passed, stages, reason, notTried, below }) => {
      root.dataset.passed = String(passed);
      page.caption.replaceChildren(...inCode(caption));
      page.stages.replaceChildren(...stages.map(makeStage));
      page.reason.replaceChildren(...inCode(reason));
      page.help.hidden = passed;
      page.notTried.replaceChildren(...notTried.map((text) => make("p", {}, ...inCode(text))));
      page.below.textContent = below;
    },
    hints: (/** @type {{given: string[], left: number}} */ { given, left }) => {
      page.hints.replaceChildren(...given.map((text) => make("li", {}, ...inCode(text))));
      page.hint.hidden = left === 0;
      page.hint.textContent = given.length ? `Another hint (${left} left)` : "Give me a hint";
    },
  };
  const parts = showParts(model, draw, mark);
  el.append(root);

  return () => {
    stop();
    parts.stop();
    giveKeysBack();
    leaveGround();
  };
}

export default { render };
