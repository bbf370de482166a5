// @ts-check
// One moment of a picture: what has not happened yet is faint, and packets in flight show how far they are. Nothing is
// drawn anew for that: a veil moves, and of what happened between two moments a class changes.

import { WAYS, endsOf, makeSvg } from "./lab_marks.js";

/** @typedef {import("./lab_marks.js").Drawn} Drawn */

const BELOW = 5; // px; the veil begins that far below the moment, so that its dots and tips stay clear

/**
 * Let things be faint as long as their time has not come: only those between two moments are touched.
 * @param {{t: number, element: Element}[]} things
 * @param {string} css
 */
function makeSweep(things, css) {
  const sorted = things.slice().sort((one, other) => one.t - other.t);
  let seen = sorted.length; // at first all has happened
  /** @param {number} t */
  return (t) => {
    while (seen < sorted.length && sorted[seen].t <= t) sorted[seen++].element.classList.remove(css);
    while (seen > 0 && sorted[seen - 1].t > t) sorted[--seen].element.classList.add(css);
  };
}

/**
 * Prepare a picture to show any moment of it.
 * @param {Element} svg
 * @param {Drawn} drawn
 * @param {{told: Element[], veil: Element, flying: Element}} marks
 * @returns {(t: number, y: number) => void} shows the moment `t`, at the height `y`; at the end, nothing lies below it
 */
export function makeFading(svg, { notes, packets }, { told, veil, flying }) {
  const buttons = Array.from(svg.querySelectorAll("[data-packet]"));
  const ways = svg.querySelectorAll(WAYS);
  /** @type {number[][]} */
  const ends = []; // of those that were seen in flight: most never are
  const height = Number(svg.getAttribute("height"));
  const sweeps = [
    makeSweep(told.map((element, place) => ({ t: notes[place]?.[1] ?? 0, element })), "lab-later"),
    makeSweep(buttons.map((element, place) => ({ t: packets[place][0], element })), "lab-later"),
    makeSweep(buttons.map((element, place) => ({ t: packets[place][1], element })), "lab-on-its-way"),
  ];

  /**
   * Put a dot on each packet in flight.
   * @param {number} t
   * @param {number} y
   */
  function fly(t, y) {
    let used = 0;
    packets.forEach(([sent, ended], place) => {
      if (sent > t || ended <= t) return;
      const [x1, y1, x2, y2] = (ends[place] ??= endsOf(ways[place]));
      const far = Math.min(1, Math.max(0, y2 > y1 ? (y - y1) / (y2 - y1) : (t - sent) / (ended - sent)));
      const dot = flying.children[used++] ?? flying.appendChild(makeSvg("circle", { r: 5.5 }));
      dot.setAttribute("cx", String(x1 + far * (x2 - x1)));
      dot.setAttribute("cy", String(y1 + far * (y2 - y1)));
      const half = /imt-(?:msg|ack)\b/.exec(buttons[place].getAttribute("class") ?? "");
      dot.setAttribute("class", half ? half[0] : "");
      dot.setAttribute("data-flies", buttons[place].getAttribute("data-packet") ?? "");
    });
    while (flying.children.length > used) flying.lastElementChild?.remove();
  }

  return (t, y) => {
    for (const sweep of sweeps) sweep(t);
    const from = Math.min(y + BELOW, height);
    veil.setAttribute("y", String(from));
    veil.setAttribute("height", String(height - from));
    fly(t, y);
  };
}
