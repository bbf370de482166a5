// @ts-check
// The page of a prediction: it asks, sends the answer that is committed, and shows Python's verdict and the run.

import { connect, focusedIn, inCode, keepKeys, make } from "./live.js";
import { followGround } from "./ground.js";
import { showParts } from "./lab_unpack.js";
import { drawRun } from "./predict_run.js";
import { lightUp, makeReason, markIn, pointTo } from "./lit.js";
import { makeControl } from "./predict_controls.js";

/**
 * @typedef {import("./live.js").Model} Model
 * @typedef {import("./predict_controls.js").Asked} Asked
 * @typedef {import("./predict_controls.js").Control} Control
 *
 * @typedef {object} Verdict
 * @property {boolean} [right]
 * @property {string} sentence
 * @property {any} said
 * @property {any[]} rights
 * @property {string} words
 * @property {string} runOf which of several runs the reasons are about
 * @property {import("./lit.js").Reason[]} reasons
 * @property {string[]} others what came of other runs that the answer is mistaken about
 * @property {number[]} events
 * @property {string[]} packets
 */

const FIRST = "Choose an answer first.";
const WIDE = 1000; // a picture of more pixels stands below its reasons, and may be higher

/** The parts of the page. */
function makeParts() {
  const question = make("p", { class: "predict-question", dir: "auto" });
  const controls = make("div", { class: "predict-controls" });
  const commit = make("button", { type: "button", class: "predict-commit", "data-commit": "", "data-asks": "" }, "Commit my answer");
  const live = make("p", { class: "predict-live", "aria-live": "polite" });
  const refusal = make("p", { class: "predict-refusal", "aria-live": "polite" });
  const foot = make("div", { class: "predict-foot" }, commit, live, refusal);
  const verdict = make("div", { class: "predict-verdict", hidden: "" });
  const tag = make("span", { class: "predict-tag" }, "Predict");
  const root = make("div", { class: "imteach-predict", role: "group", "aria-label": "A prediction" });
  root.append(make("div", { class: "predict-head" }, tag, question), controls, foot, verdict);
  return { root, question, controls, commit, live, refusal, foot, verdict };
}

/**
 * Show the verdict: in a sentence, with the reasons; and leave room for the run.
 * @param {HTMLElement} place
 * @param {Verdict} verdict
 */
function drawVerdict(place, { right, sentence, reasons, runOf, others }) {
  const sign = make("span", { class: "predict-sign", "aria-hidden": "true" }, right ? "✓" : "✗");
  const words = make("p", { class: "predict-sentence", tabindex: "-1", dir: "auto" }, sign, sentence);
  const why = make("ol", { class: "lab-reasons", "aria-label": "Because" }, ...reasons.map(makeReason));
  const room = make("div", { class: "predict-run" });
  const title = runOf ? `One of the runs: ${runOf}` : "Because, in this run";
  place.dataset.verdict = right ? "right" : "wrong";
  place.hidden = false;
  const because = reasons.length ? [make("p", { class: "predict-because", dir: "auto" }, `${title} (a click marks it in the picture):`), why] : [];
  const more = others.length ? [make("ul", { class: "predict-others" }, ...others.map((text) => make("li", { dir: "auto" }, text)))] : [];
  place.replaceChildren(words, make("div", { class: "predict-answer" }, make("div", {}, ...because, ...more), room));
  why.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-marks]"));
    if (button) pointTo(room, button.dataset.marks ?? "", button.dataset.marksEvent);
  });
}

/**
 * Show the run below the verdict, with what the reasons are about lit up in it.
 * @param {HTMLElement} place
 * @param {import("./predict_run.js").Run} run
 * @param {Verdict} verdict
 */
function drawTheRun(place, run, { reasons, events, packets }) {
  const room = /** @type {HTMLElement | null} */ (place.querySelector(".predict-run"));
  if (!room || Object.keys(run).length === 0) return;
  const drawing = drawRun(run);
  const svg = drawing.querySelector("svg");
  if (svg) room.style.setProperty("--natural-width", svg.getAttribute("width")); // how much room it asks for
  room.replaceChildren(drawing);
  if (!svg) return;
  place.classList.toggle("predict-wide", svg.viewBox.baseVal.width > WIDE);
  lightUp(svg, packets, events);
  const last = reasons[reasons.length - 1]; // what settles it
  if (last) markIn(drawing, last.packets.join(" "), String(last.event));
}

/**
 * Show one view of a prediction. Returns a function that takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
export function render({ model, el }) {
  const page = makeParts();
  const { root, commit, refusal } = page;
  /** @type {Control | null} */
  let control = null;

  const { ask, mark, stop } = connect({ model, el, root, words: page.live, settle: () => {}, whenDrawn: () => parts.whenDrawn() });
  const giveKeysBack = keepKeys(root);
  const leaveGround = followGround(el);

  commit.addEventListener("click", () => {
    const answer = control?.value() ?? null;
    if (commit.getAttribute("aria-disabled") === "true") return;
    refusal.textContent = answer === null ? FIRST : "";
    if (answer !== null) ask({ commit: answer }, 0);
  });

  /** @type {Record<string, (value: any) => void>} */
  const draw = {
    asked: (/** @type {Asked} */ asked) => {
      page.question.replaceChildren(...inCode(asked.question));
      control = makeControl(asked);
      const before = asked.soFar.map((text) => make("li", {}, text));
      const soFar = before.length ? [make("ol", { class: "predict-so-far", "aria-label": "So far" }, ...before)] : [];
      page.controls.replaceChildren(...soFar, control.element);
    },
    verdict: (/** @type {Verdict} */ verdict) => {
      if (verdict.right === undefined || !control) return;
      const hadFocus = focusedIn(root) !== null;
      control.close(verdict.said, verdict.rights);
      page.foot.hidden = true;
      drawVerdict(page.verdict, verdict);
      if (hadFocus) /** @type {HTMLElement} */ (page.verdict.querySelector(".predict-sentence")).focus();
    },
    run: (run) => {
      // Once the verdict is on the screen: the picture takes longer to lay out, and nobody looks at it first.
      const draws = () => setTimeout(() => drawTheRun(page.verdict, run, model.get("verdict")));
      requestAnimationFrame(() => requestAnimationFrame(draws)); // the first comes before the verdict is painted
    },
    refusal: (text) => (refusal.textContent = text),
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
