// @ts-check
// What each side holds at a moment, and who knows what: the lines are filled once a run, a moment only changes them.

import { asks, make } from "./live.js";
import { entryAt, ms } from "./clock.js";
import { makeSlots, write } from "./lab_slots.js";

/**
 * @typedef {{what: string, history: [number, string, string][]}} HoldsRow what it is, and from when on which words
 * @typedef {[string, number, number, number | null, string]} TimerRow what it waits for, from when, until when it would
 *   run, when it ended, and how
 * @typedef {{node: string, rows: HoldsRow[], timers: TimerRow[]}} Holder
 * @typedef {{claim: string, ask: string, history: [number, boolean, boolean, string | null][]}} KnowsRow whether it is
 *   known, or only believed, and by which packet; `ask` is whom one can ask why it is not so
 * @typedef {{msgid: string, text: string, said: number, rows: KnowsRow[]}} Known
 */

function makeHeld() {
  const what = make("span", { class: "lab-what" });
  const words = make("span", { class: "lab-held" });
  const change = make("span", { class: "lab-change" });
  const element = make("li", {}, what, words, " ", change);
  /** @type {HoldsRow["history"]} */
  let history = [];
  return {
    element,
    /** @param {HoldsRow} row */
    renew(row) {
      history = row.history;
      write(what, `${row.what}: `);
    },
    /** @param {number} t */
    show(t) {
      const [since, text, changed] = entryAt(history, t) ?? [NaN, "", ""];
      const isNew = since === t && changed !== "";
      element.hidden = !text;
      write(words, text);
      element.toggleAttribute("data-changed", isNew);
      write(change, isNew ? `now: ${changed}` : "");
    },
  };
}

function makeTimer() {
  const what = make("span");
  const left = make("span");
  const bar = make("span", { class: "lab-left" });
  const element = make("li", { class: "lab-timer" }, what, left, make("span", { class: "lab-bar-of" }, bar));
  /** @type {TimerRow} */
  let timer = ["", 0, 0, 0, ""];
  return {
    element,
    /** @param {TimerRow} row */
    renew(row) {
      timer = row;
      write(what, `${row[0]}: `);
    },
    /** @param {number} t */
    show(t) {
      const [, since, until, ended, how] = timer;
      const isOver = ended !== null && ended <= t;
      element.hidden = since > t || (isOver && ended !== t);
      if (element.hidden) return;
      element.toggleAttribute("data-changed", isOver || since === t);
      write(left, isOver ? how : `${ms(until - t)} left${since === t ? ", started now" : ""}`);
      bar.style.width = isOver ? "0" : `${(100 * (until - t)) / (until - since || 1)}%`;
    },
  };
}

function makeHolder() {
  const list = make("ul", { role: "list" });
  const [rows, timers] = [makeSlots(list, makeHeld), makeSlots(list, makeTimer)];
  const name = make("div", { class: "lab-holder" });
  const element = make("div", { class: "lab-holds-of" }, name, list);
  return {
    element,
    /** @param {Holder} holder */
    renew(holder) {
      write(name, holder.node);
      element.dataset.holdsOf = holder.node;
      rows.renew(holder.rows);
      timers.renew(holder.timers);
    },
    show: rows.show,
    run: timers.show,
  };
}

/**
 * What each side holds. `run` shows the timers of a moment, which change all the time, and `show` the rest.
 * @param {HTMLElement} place
 */
export function makeHolds(place) {
  const holders = makeSlots(place, makeHolder);
  return {
    /** @type {(holders: Holder[]) => void} */
    renew: holders.renew,
    show: holders.show,
    /** @param {number} t */
    run(t) {
      for (const { run } of holders.slots) run(t);
    },
  };
}

/**
 * A line of who knows what.
 * @param {() => string} msgid
 */
function makeClaim(msgid) {
  const sign = make("span", { class: "lab-sign", "aria-hidden": "true" });
  const word = make("span", { class: "lab-unseen" });
  const mark = make("button", { type: "button", class: "lab-link-button" });
  const question = make("button", { type: "button", class: "lab-link-button" });
  const words = make("span");
  const text = make("span", {}, word, words, " ");
  const element = make("li", { class: "lab-knows-row" }, sign, text, mark, question);
  /** @type {KnowsRow} */
  let row = { claim: "", ask: "", history: [] };
  return {
    element,
    /** @param {KnowsRow} changed */
    renew(changed) {
      row = changed;
      element.dataset.knows = row.claim;
    },
    /** @param {number} t */
    show(t) {
      const { claim, ask, history } = row;
      const [since, isTrue, believes, packet] = entryAt(history, t) ?? [NaN, false, false, null];
      element.dataset.true = String(isTrue);
      element.toggleAttribute("data-believed", believes);
      element.toggleAttribute("data-changed", since === t && (isTrue || believes));
      write(sign, isTrue ? "✓" : believes ? "≈" : "✗");
      write(word, isTrue ? "yes: " : believes ? "not known: " : "no: ");
      mark.hidden = !packet;
      write(words, believes ? claim.replace(" knows that ", " believes that ") : claim);
      write(mark, packet ? `by ${packet}` : "");
      mark.dataset.marks = packet ?? "";
      question.hidden = isTrue || !ask;
      const asked = believes ? { do: "why", packet } : { do: "why not", msgid: msgid(), who: ask };
      write(question, believes ? "why?" : "why not?");
      question.dataset.question = JSON.stringify(asked);
      question.dataset.asks = asks(asked);
      question.setAttribute("aria-label", believes ? `why? ${words.textContent}` : `Why is it not so that ${claim}?`);
    },
  };
}

function makeKnown() {
  const list = make("ul", { role: "list" });
  const title = make("div", { class: "lab-holder", dir: "auto" });
  const element = make("div", { class: "lab-known" }, title, list);
  /** @type {Known} */
  let known = { msgid: "", text: "", said: 0, rows: [] };
  const claims = makeSlots(list, () => makeClaim(() => known.msgid));
  return {
    element,
    /** @param {Known} changed */
    renew(changed) {
      known = changed;
      write(title, `“${known.text}” (${known.msgid})`);
      claims.renew(known.rows);
    },
    /** @param {number} t */
    show(t) {
      element.hidden = known.said > t;
      if (!element.hidden) claims.show(t);
    },
    isSaid: (/** @type {number} */ t) => known.said <= t,
  };
}

/**
 * Who knows what of each message.
 * @param {HTMLElement} place
 */
export function makeKnows(place) {
  const none = make("p", { class: "lab-empty" }, "Nothing is said yet.");
  place.append(none);
  const messages = makeSlots(place, makeKnown);
  return {
    /** @type {(messages: Known[]) => void} */
    renew: messages.renew,
    /** @param {number} t */
    show(t) {
      messages.show(t);
      none.hidden = messages.slots.some(({ isSaid }) => isSaid(t));
    },
  };
}
