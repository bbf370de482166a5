// @ts-check
// What stands in the parts of the lab's page, made of what Python says of a run.

import { asks, make } from "./live.js";
import { entryAt } from "./clock.js";
import { makeSlots, write } from "./lab_slots.js";

/**
 * @typedef {"kept" | "open" | "broken"} Holds
 * @typedef {{name: string, title: string, history: [number, Holds, string][]}} Verdict
 * @typedef {{name: string, label: string, value: number | null, open: boolean}} Amount
 * @typedef {{fault: string, text: string, tool: string | null, on: Record<string, string | number>, since: number | null,
 *   until: number | null, amounts: Amount[], overtakers: string[], unused: boolean}} FaultRow
 */

const SIGNS = { kept: "✓", open: "…", broken: "✗" };
const WORDS = { kept: "kept: ", open: "not yet: ", broken: "broken: " };

function makePromise() {
  const sign = make("span", { class: "lab-sign", "aria-hidden": "true" });
  const word = make("span", { class: "lab-unseen" });
  const title = make("span");
  const code = make("code", { class: "lab-code-name" });
  const why = make("div", { class: "lab-why" });
  const element = make("li", {}, sign, make("div", { class: "lab-promise" }, word, title, " ", code), why);
  /** @type {Verdict["history"]} */
  let history = [];
  return {
    element,
    /** @param {Verdict} promise */
    renew(promise) {
      history = promise.history;
      element.dataset.promise = promise.name;
      write(title, promise.title);
      write(code, promise.name);
    },
    /** @param {number} t */
    show(t) {
      const [, holds, reason] = entryAt(history, t) ?? [0, /** @type {Holds} */ ("kept"), ""];
      element.dataset.holds = { kept: "true", open: "open", broken: "false" }[holds];
      write(sign, SIGNS[holds]);
      write(word, WORDS[holds]);
      write(why, reason);
      why.hidden = !reason;
    },
  };
}

/**
 * The promises, and whether each is kept.
 * @param {HTMLElement} place
 * @returns {{renew: (verdicts: Verdict[]) => void, show: (t: number) => void}}
 */
export const makePromises = (place) => makeSlots(place, makePromise);

/**
 * A number of a fault, to be turned.
 * @param {string} fault
 * @param {Amount} amount
 */
function makeAmount(fault, { name, label, value, open }) {
  const attributes = { type: "number", min: "0", step: "any", "data-amount": name, "data-of": fault };
  const input = make("input", { ...attributes, value: value === null ? "" : String(value) });
  if (open) input.setAttribute("placeholder", "to the end");
  return make("label", { class: "lab-amount" }, `${label} `, input, " ms");
}

/**
 * Let a late packet arrive right behind another one.
 * @param {string} packet
 * @param {string[]} overtakers
 */
function makeSwap(packet, overtakers) {
  const options = overtakers.map((other) => make("option", { value: other }, other));
  const select = make("select", { "data-swap": packet }, make("option", { value: "" }, "…"), ...options);
  return make("label", { class: "lab-amount" }, "or right behind ", select);
}

/** @param {FaultRow} row */
export function makeFaultRow({ fault, text, on, amounts, overtakers, unused }) {
  const what = `Take back: ${fault}`;
  const asked = { "data-asks": asks({ do: "take back", fault }) };
  const name = { "data-take-back": fault, "aria-label": what, title: what, ...asked };
  const button = make("button", { type: "button", class: "lab-button lab-small", ...name }, "✕");
  const numbers = amounts.map((amount) => makeAmount(fault, amount));
  const swap = overtakers.length ? [makeSwap(String(on.packet), overtakers)] : [];
  const words = make("span", { class: "lab-fault-text" }, text);
  const row = make("li", { "data-fault": fault }, words, ...numbers, ...swap, button);
  row.toggleAttribute("data-unused", unused);
  return row;
}

/**
 * A rung to choose.
 * @param {string} group the name of its radio buttons
 * @param {string} name
 */
export function makeRung(group, name) {
  const input = make("input", { type: "radio", name: group, value: name });
  return make("label", { class: "lab-rung", "data-asks": asks({ do: "rung", rung: name }) }, input, name);
}
