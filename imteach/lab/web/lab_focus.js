// @ts-check
// Where the focus goes when what had it is made anew, or a part is opened and closed by a key; and what is said aloud.

import { focusedIn } from "./live.js";

/** @typedef {{row: number, field: string}} FieldPlace a field of a row of a list */

const SPOKEN = 5000; // ms; then a screen reader has taken it, and who reads the page through does not meet it twice

/**
 * What a field of a fault's row is called in every row.
 * @param {HTMLElement} field
 */
const fieldOf = ({ dataset }) =>
  dataset.amount ? `[data-amount="${dataset.amount}"]` : dataset.swap ? "[data-swap]" : "[data-take-back]";

/**
 * Which field of which row of a list has the focus.
 * @param {HTMLElement} list
 * @returns {FieldPlace | null}
 */
export function focusedField(list) {
  const focused = /** @type {HTMLElement | null} */ (focusedIn(list));
  if (!focused) return null;
  const row = Array.from(list.children).findIndex((child) => child.contains(focused));
  return { row, field: fieldOf(focused) };
}

/**
 * Give the focus to that field of the list as it is now, or of the row that has moved up. Returns whether there is one.
 * @param {HTMLElement} list
 * @param {FieldPlace | null} place
 */
export function focusField(list, place) {
  if (!place) return false;
  const row = list.children[Math.min(place.row, list.children.length - 1)];
  const field = /** @type {HTMLElement | null | undefined} */ (row?.querySelector(place.field));
  field?.focus();
  return Boolean(field);
}

/**
 * What opens a part of the page or closes it by a key, as its button does: the focus goes into it, and back.
 * @param {HTMLElement} button
 * @param {HTMLElement} part
 */
export function makeOpener(button, part) {
  /** @type {HTMLElement | null} */
  let from = null;
  return () => {
    const focused = /** @type {HTMLElement | null} */ (focusedIn(/** @type {Element} */ (button.closest(".imteach-lab"))));
    button.click();
    if (!part.hidden) {
      from = focused;
      /** @type {HTMLElement | null} */ (part.querySelector("input, select, button"))?.focus();
    } else if (focused && part.contains(focused)) {
      (from?.isConnected ? from : button).focus();
    }
  };
}

/**
 * Let a screen reader say this.
 * @param {HTMLElement} place
 * @param {string} words
 */
export function speak(place, words) {
  place.textContent = words;
  setTimeout(() => {
    if (place.textContent === words) place.textContent = "";
  }, SPOKEN);
}
