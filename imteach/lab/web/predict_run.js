// @ts-check
// The run that a question is about, as the page of a prediction shows it: a picture, a table, or text.

import { markPicture } from "./lab_marks.js";
import { parsePicture } from "./lab_picture.js";
import { make } from "./live.js";

/**
 * @typedef {object} Run
 * @property {string} [picture]
 * @property {import("./lab_marks.js").Drawn} [drawn]
 * @property {string} [html]
 * @property {string} [text]
 */

/**
 * A picture in which each packet stays a part of its own.
 * @param {Run} run
 */
export function drawPicture({ picture = "", drawn }) {
  const svg = parsePicture(picture);
  if (drawn) markPicture(svg, drawn);
  for (const aside of svg.querySelectorAll(".lab-link, .lab-veil, .lab-flying")) aside.remove(); // nothing is done there
  for (const head of svg.querySelectorAll(".lab-head")) head.removeAttribute("role");
  const place = make("div", { class: "predict-picture" }, svg);
  place.style.setProperty("--natural-width", svg.getAttribute("width")); // it is not drawn much smaller: see predict.css
  return place;
}

/**
 * Let a picture be reached by keys, which scroll it, as long as there is something to scroll.
 * @param {HTMLElement} place
 */
function letKeysScroll(place) {
  const attributes = { tabindex: "0", role: "group", "aria-label": "The diagram’s place, which scrolls" };
  new ResizeObserver(() => {
    const isWide = place.scrollWidth > place.clientWidth + 1;
    const isScrolled = isWide || place.scrollHeight > place.clientHeight + 1;
    place.toggleAttribute("data-wide", isWide);
    for (const [name, value] of Object.entries(attributes)) {
      if (isScrolled) place.setAttribute(name, value);
      else place.removeAttribute(name);
    }
  }).observe(place);
}

/** @param {Run} run */
export function drawRun(run) {
  const whole = make("div", {});
  if (run.picture) {
    const drawing = drawPicture(run);
    for (const packet of drawing.querySelectorAll("[data-packet]")) {
      packet.setAttribute("role", "img"); // it is there to be looked at
      for (const name of ["tabindex", "aria-pressed"]) packet.removeAttribute(name);
    }
    whole.append(drawing);
    letKeysScroll(drawing);
  }
  if (run.html || run.text) {
    const box = make("div", { class: "predict-result" });
    if (run.html) {
      const page = document.createElement("template"); // what is parsed there is not run, nor loaded
      page.innerHTML = run.html; // Python's own results: they escape every text
      box.append(page.content);
    } else box.append(make("pre", {}, run.text ?? ""));
    whole.append(box);
  }
  return whole;
}
