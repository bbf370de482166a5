// @ts-check
// What each side holds at a moment, and who knows what: the lines are made once a run, a moment only changes them.

import { asks, make } from "./live.js";
import { entryAt, ms } from "./clock.js";

/**
 * @typedef {{what: string, history: [number, string, string][]}} HoldsRow what it is, and from when on which words
 * @typedef {[string, number, number, number | null, string]} TimerRow what it waits for, from when, until when it would
 *   run, when it ended, and how
 * @typedef {{node: string, rows: HoldsRow[], timers: TimerRow[]}} Holder
 * @typedef {{claim: string, ask: string, history: [number, boolean, boolean, string | null][]}} KnowsRow whether it is
 *   known, or only believed, and by which packet; `ask` is whom one can ask why it is not so
 * @typedef {{msgid: string, text: string, said: number, rows: KnowsRow[]}} Known
 */

/** @typedef {(t: number) => void} ShowMoment shows any moment */

/**
 * @param {Holder} holder
 * @returns {{element: HTMLElement, show: ShowMoment, run: ShowMoment}} `run` shows its timers, which change all the time
 */
function makeHolder({ node, rows, timers }) {
  const lines = rows.map(({ what, history }) => {
    const words = make("span", { class: "lab-held" });
    const change = make("span", { class: "lab-change" });
    const line = make("li", {}, make("span", { class: "lab-what" }, `${what}: `), words, " ", change);
    /** @param {number} t */
    const show = (t) => {
      const [since, text, changed] = entryAt(history, t) ?? [NaN, "", ""];
      line.hidden = !text;
      if (words.textContent !== text) words.textContent = text;
      const isNew = since === t && changed !== "";
      line.toggleAttribute("data-changed", isNew);
      change.textContent = isNew ? `now: ${changed}` : "";
    };
    return { line, show };
  });
  const bars = timers.map(([label, since, until, ended, how]) => {
    const left = make("span");
    const bar = make("span", { class: "lab-left" });
    const line = make("li", { class: "lab-timer" }, `${label}: `, left, make("span", { class: "lab-bar-of" }, bar));
    /** @param {number} t */
    const show = (t) => {
      const isOver = ended !== null && ended <= t;
      line.hidden = since > t || (isOver && ended !== t);
      if (line.hidden) return;
      line.toggleAttribute("data-changed", isOver || since === t);
      left.textContent = isOver ? how : `${ms(until - t)} left${since === t ? ", started now" : ""}`;
      bar.style.width = isOver ? "0" : `${(100 * (until - t)) / (until - since || 1)}%`;
    };
    return { line, show };
  });
  const list = make("ul", { role: "list" }, ...[...lines, ...bars].map(({ line }) => line));
  const name = make("div", { class: "lab-holder" }, node);
  const element = make("div", { class: "lab-holds-of", "data-holds-of": node }, name, list);
  /** @param {number} t */
  const run = (t) => bars.forEach(({ show }) => show(t));
  return { element, show: (t) => lines.forEach(({ show }) => show(t)), run };
}

/**
 * @param {HTMLElement} place
 * @param {Holder[]} holders
 * @returns {{show: ShowMoment, run: ShowMoment}}
 */
export function drawHolds(place, holders) {
  const made = holders.map(makeHolder);
  place.replaceChildren(...made.map(({ element }) => element));
  return { show: (t) => made.forEach(({ show }) => show(t)), run: (t) => made.forEach(({ run }) => run(t)) };
}

/**
 * @param {string} msgid
 * @param {KnowsRow} row
 * @returns {{element: HTMLElement, show: ShowMoment}}
 */
function makeKnows(msgid, { claim, ask, history }) {
  const sign = make("span", { class: "lab-sign", "aria-hidden": "true" });
  const word = make("span", { class: "lab-unseen" });
  const mark = make("button", { type: "button", class: "lab-link-button" });
  const question = make("button", { type: "button", class: "lab-link-button" }, "why not?");
  const asked = { do: "why not", msgid, who: ask };
  question.dataset.whyNot = JSON.stringify(asked);
  question.dataset.asks = asks(asked);
  question.setAttribute("aria-label", `Why is it not so that ${claim}?`);
  const words = make("span");
  const text = make("span", {}, word, words, " ");
  const element = make("li", { class: "lab-knows-row", "data-knows": claim }, sign, text, mark, question);
  /** @param {number} t */
  const show = (t) => {
    const [since, isTrue, believes, packet] = entryAt(history, t) ?? [NaN, false, false, null];
    element.dataset.true = String(isTrue);
    element.toggleAttribute("data-believed", believes);
    element.toggleAttribute("data-changed", since === t && (isTrue || believes));
    sign.textContent = isTrue ? "✓" : believes ? "≈" : "✗";
    word.textContent = isTrue ? "yes: " : believes ? "not known: " : "no: ";
    mark.hidden = !packet;
    words.textContent = believes ? claim.replace(" knows that ", " believes that ") : claim;
    mark.textContent = packet ? `by ${packet}` : "";
    mark.dataset.marks = packet ?? "";
    question.hidden = isTrue || !ask;
  };
  return { element, show };
}

/**
 * @param {HTMLElement} place
 * @param {Known[]} messages
 * @returns {ShowMoment}
 */
export function drawKnows(place, messages) {
  const none = make("p", { class: "lab-empty" }, "Nothing is said yet.");
  const made = messages.map(({ msgid, text, said, rows }) => {
    const lines = rows.map((row) => makeKnows(msgid, row));
    const list = make("ul", { role: "list" }, ...lines.map(({ element }) => element));
    const title = make("div", { class: "lab-holder", dir: "auto" }, `“${text}” (${msgid})`);
    const element = make("div", { class: "lab-known" }, title, list);
    /** @param {number} t */
    const show = (t) => {
      element.hidden = said > t;
      if (!element.hidden) lines.forEach((line) => line.show(t));
    };
    return { element, show, said };
  });
  place.replaceChildren(none, ...made.map(({ element }) => element));
  return (t) => {
    made.forEach(({ show }) => show(t));
    none.hidden = made.some(({ said }) => said <= t);
  };
}
