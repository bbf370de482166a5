// @ts-check
// How an answer is given: one control for each kind, all of them made of the browser's own inputs and buttons.

import { inCode, make } from "./live.js";
import { drawPicture } from "./predict_run.js";

/**
 * @typedef {object} Asked
 * @property {"one" | "several" | "number" | "packet" | "order"} kind
 * @property {string} question
 * @property {string} how
 * @property {string[]} soFar what has happened before
 * @property {string[]} choices
 * @property {string} unit
 * @property {import("./predict_run.js").Run} run
 *
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {() => any} value what was answered so far; null if nothing was
 * @property {(said: any, rights: any[]) => void} close show what was said and what is right; nothing changes after that
 */

const SHORT = 20; // letters

/**
 * Say of something whether it was the answer, and whether it is right: in signs and in words.
 * @param {Element} element
 * @param {boolean} isSaid
 * @param {boolean} isRight
 */
function judge(element, isSaid, isRight) {
  element.toggleAttribute("data-said", isSaid);
  element.toggleAttribute("data-right", isRight);
  const words = [isRight ? "✓ right" : "", isSaid ? "your answer" : ""].filter(Boolean).join(", ");
  if (words) element.append(make("span", { class: "predict-note" }, words));
}

/**
 * A set of inputs with a name.
 * @param {string} how
 * @param {...Node} inside
 */
const fieldset = (how, ...inside) => /** @type {HTMLFieldSetElement} */ (
  make("fieldset", { class: "predict-set" }, make("legend", { class: "predict-how" }, how), ...inside)
);

/**
 * One of the choices, or several.
 * @param {Asked} asked
 * @returns {Control}
 */
function makeChoices({ kind, how, choices }) {
  const name = `imteach-predict-${Math.random()}`; // each view has its own group of radio buttons
  const type = kind === "one" ? "radio" : "checkbox";
  const inputs = choices.map((_, place) => /** @type {HTMLInputElement} */ (make("input", { type, name, value: String(place) })));
  const labels = choices.map((text, place) => {
    const words = make("span", { dir: "auto" }, ...inCode(text));
    return make("label", { class: "predict-choice", "data-choice": String(place) }, inputs[place], words);
  });
  const element = fieldset(how, ...labels);
  element.classList.toggle("predict-short", choices.every((text) => text.length <= SHORT)); // then in one row
  const chosen = () => inputs.flatMap((input, place) => (input.checked ? [place] : []));
  return {
    element,
    value: () => (kind === "several" ? chosen() : (chosen()[0] ?? null)),
    close(said, rights) {
      element.disabled = true;
      const [mine, right] = [[said].flat(), rights.flat()];
      labels.forEach((label, place) => {
        inputs[place].checked = mine.includes(place);
        judge(label, mine.includes(place), right.includes(place));
      });
    },
  };
}

/**
 * A number with its unit.
 * @param {Asked} asked
 * @returns {Control}
 */
function makeNumber({ how, unit }) {
  const input = /** @type {HTMLInputElement} */ (make("input", { type: "text", inputmode: "decimal", size: "8" }));
  const label = make("label", { class: "predict-number" }, make("span", { class: "predict-how" }, how), input, unit);
  return {
    element: label,
    value: () => input.value.trim() || null,
    close(said, rights) {
      input.value = String(said);
      input.disabled = true;
      judge(label, false, false);
      label.append(make("span", { class: "predict-note" }, `the run says ${rights.join(" or ")} ${unit}`.trim()));
    },
  };
}

/**
 * A packet of a picture. Tab leads to one of them, the arrow keys to the others.
 * @param {Asked} asked
 * @returns {Control}
 */
function makePacket({ how, run }) {
  const drawing = drawPicture(run);
  const words = make("p", { class: "predict-chosen", "aria-live": "polite" });
  const packets = /** @type {SVGElement[]} */ (Array.from(drawing.querySelectorAll("[data-packet]")));
  const nameOf = (/** @type {SVGElement} */ packet) => packet.dataset.packet ?? "";
  /** @type {string | null} */
  let chosen = null;
  let isClosed = false;

  /** @param {SVGElement} packet */
  function choose(packet) {
    if (isClosed) return;
    chosen = nameOf(packet);
    for (const each of packets) {
      each.setAttribute("aria-pressed", String(each === packet));
      each.classList.toggle("lab-marked", each === packet);
    }
    words.textContent = `Your choice: ${chosen}`;
  }

  /** @param {SVGElement} packet */
  function reach(packet) {
    for (const each of packets) each.setAttribute("tabindex", each === packet ? "0" : "-1");
  }

  drawing.addEventListener("click", ({ target }) => {
    const packet = /** @type {SVGElement | null} */ (/** @type {Element} */ (target).closest("[data-packet]"));
    if (!packet) return;
    reach(packet);
    choose(packet);
  });
  drawing.addEventListener("keydown", (event) => {
    const place = packets.indexOf(/** @type {SVGElement} */ (event.target));
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (place < 0 || (!step && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (!step) return choose(packets[place]);
    const next = packets[Math.min(Math.max(place + step, 0), packets.length - 1)];
    reach(next);
    next.focus();
  });
  for (const packet of packets) packet.setAttribute("aria-pressed", "false");
  if (packets[0]) reach(packets[0]);
  const title = make("p", { class: "predict-how" }, `${how} click it, or go there with Tab and the arrow keys.`);
  return {
    element: make("div", { class: "predict-packets" }, title, drawing, words),
    value: () => chosen,
    close(said, rights) {
      const packet = packets.find((each) => nameOf(each) === said);
      if (packet) choose(packet);
      isClosed = true;
      for (const each of packets) {
        each.removeAttribute("tabindex");
        each.setAttribute("role", "img");
        each.removeAttribute("aria-pressed");
      }
      words.textContent = `Your answer: ${said}. Right: ${rights.join(" or ")}.`;
    },
  };
}

/**
 * Items to be put in order, with buttons that move each up and down.
 * @param {Asked} asked
 * @returns {Control}
 */
function makeOrder({ how, choices }) {
  const list = make("ol", { class: "predict-order" });
  const said = make("p", { class: "predict-moved", "aria-live": "polite" });
  const rows = choices.map((text, place) => {
    const move = (/** @type {string} */ sign, /** @type {string} */ way) =>
      make("button", { type: "button", class: "predict-move", "data-move": way, "aria-label": `Move ${text} ${way}` }, sign);
    const words = make("span", { class: "predict-item", dir: "auto" }, ...inCode(text));
    return make("li", { "data-choice": String(place) }, move("↑", "up"), move("↓", "down"), words);
  });
  list.append(...rows);
  const order = () => Array.from(list.children, (row) => Number(/** @type {HTMLElement} */ (row).dataset.choice));
  list.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (target).closest("[data-move]"));
    const row = button?.closest("li");
    if (!button || !row) return;
    const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(row);
    else other.after(row);
    button.focus();
    const place = Array.from(list.children).indexOf(row) + 1;
    said.textContent = `${row.querySelector(".predict-item")?.textContent} is number ${place} of ${rows.length} now.`;
  });
  const element = fieldset(how, list, said);
  return {
    element,
    value: order,
    close(mine, [right]) {
      element.disabled = true;
      list.replaceChildren(...mine.map((/** @type {number} */ place) => rows[place]));
      mine.forEach((/** @type {number} */ place, /** @type {number} */ here) => {
        const note = right[here] === place ? "✓ right here" : `in the run: number ${right.indexOf(place) + 1}`;
        rows[place].append(make("span", { class: "predict-note" }, note));
      });
      said.textContent = "";
    },
  };
}

/** @type {Record<Asked["kind"], (asked: Asked) => Control>} */
const CONTROLS = { one: makeChoices, several: makeChoices, number: makeNumber, packet: makePacket, order: makeOrder };

/**
 * What a question of this kind is answered with.
 * @param {Asked} asked
 */
export const makeControl = (asked) => CONTROLS[asked.kind](asked);
