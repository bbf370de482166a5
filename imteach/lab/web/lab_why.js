// @ts-check
// Why something happened: what led to it lights up in the picture, and the reasons stand beside it as sentences.

import { speak } from "./lab_focus.js";
import { lightUp, makeReason, pointTo } from "./lit.js";

/** @typedef {import("./lab_page.js").Page} Page */

/** @typedef {import("./lit.js").Reason} Reason */

/**
 * @typedef {object} Why
 * @property {string} [title]
 * @property {Reason[]} [reasons]
 * @property {number[]} [events] all that led to it
 * @property {string[]} [packets]
 */

/**
 * Show reasons, or put them away if there are none.
 * @param {Page} page
 */
export function makeWhy(page) {
  /** @type {Why} */
  let shown = {};

  /** Let all that led to it stand out in the picture. */
  function light() {
    const svg = page.drawing.querySelector("svg");
    if (!svg) return;
    const isOn = Boolean(shown.reasons);
    svg.classList.toggle("lab-asked", isOn);
    lightUp(svg, isOn ? (shown.packets ?? []) : [], isOn ? (shown.events ?? []) : []);
  }

  /**
   * Mark what a sentence is about.
   * @param {string} packets
   * @param {string} [event]
   */
  const mark = (packets, event) => pointTo(page.drawing, packets, event);

  return {
    /** @param {Why} why */
    show(why) {
      shown = why ?? {};
      page.why.hidden = !shown.reasons;
      page.whyTitle.textContent = shown.title ?? "";
      if (shown.reasons?.length) speak(page.spoken, [shown.title, ...shown.reasons.map(({ text }) => text)].join(" "));
      if (!shown.reasons) mark("");
      page.reasons.replaceChildren(...(shown.reasons ?? []).map(makeReason));
      light();
    },
    light,
    mark,
    isOn: () => Boolean(shown.reasons),
  };
}
