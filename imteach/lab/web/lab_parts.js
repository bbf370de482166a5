// @ts-check
// What stands in the parts of the lab's page, made of what Python says of a run.

import { asks, make } from "./live.js";

/**
 * @typedef {{own: boolean, msgid: string, text: string, who: string, note: string, mood: string}} Bubble
 * @typedef {{person: string, bubbles: Bubble[], earlier: number}} Phone
 * @typedef {{name: string, title: string, holds: boolean, why: string}} PromiseRow
 * @typedef {{fault: string, text: string}} FaultRow
 */

/**
 * @param {Bubble} bubble
 */
function makeBubble(bubble) {
  const line = make("div", { class: "lab-text", dir: "auto" }, bubble.text);
  const note = make("div", { class: "lab-note" }, bubble.note);
  const item = make("li", { class: "lab-bubble", "data-msgid": bubble.msgid, "data-mood": bubble.mood }, line, note);
  item.dataset.own = String(bubble.own);
  if (bubble.who) item.prepend(make("div", { class: "lab-who" }, bubble.who));
  return item;
}

/**
 * @param {Phone} phone
 */
export function makePhone(phone) {
  const chat = make("ol", { class: "lab-chat", role: "list" }, ...phone.bubbles.map(makeBubble));
  if (phone.earlier) chat.prepend(make("li", { class: "lab-empty" }, `… ${phone.earlier} earlier`));
  const content = phone.bubbles.length ? chat : make("p", { class: "lab-empty" }, "no messages");
  const name = make("div", { class: "lab-name" }, phone.person);
  const attributes = { class: "lab-phone", "data-phone": phone.person, role: "group" };
  return make("div", { ...attributes, "aria-label": `${phone.person}'s phone` }, name, content);
}

/**
 * @param {PromiseRow} promise
 */
export function makePromise(promise) {
  const sign = make("span", { class: "lab-sign", "aria-hidden": "true" }, promise.holds ? "✓" : "✗");
  const word = make("span", { class: "lab-unseen" }, promise.holds ? "kept: " : "broken: ");
  const name = make("code", { class: "lab-code-name" }, promise.name);
  const title = make("div", { class: "lab-promise" }, word, promise.title, " ", name);
  const attributes = { "data-promise": promise.name, "data-holds": String(promise.holds) };
  const row = make("li", attributes, sign, title);
  if (promise.why) row.append(make("div", { class: "lab-why" }, promise.why));
  return row;
}

/**
 * @param {FaultRow} row
 */
export function makeFaultRow({ fault, text }) {
  const what = `Take back: ${fault}`;
  const asked = { "data-asks": asks({ do: "take back", fault }) };
  const name = { "data-take-back": fault, "aria-label": what, title: what, ...asked };
  const button = make("button", { type: "button", class: "lab-button lab-small", ...name }, "✕");
  return make("li", {}, make("span", {}, text), button);
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
