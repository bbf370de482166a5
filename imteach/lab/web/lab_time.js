// @ts-check
// The moment that the lab shows: it is dragged, stepped and played here, in the page, without Python.

import { JUMPS, PAUSE, SPEEDS, ACTS } from "./actions.js";
import { countUpTo, makeAxis, ms } from "./clock.js";
import { speak } from "./lab_focus.js";
import { edgeOf, makeSvg } from "./lab_marks.js";
import { write } from "./lab_slots.js";

/** @typedef {import("./lab_page.js").Page} Page */
/** @typedef {import("./lab_marks.js").Drawn} Drawn */

/**
 * @typedef {object} Moments
 * @property {number} end when the last thing happens
 * @property {boolean} [part] whether that is only the end of a part of a long run
 * @property {number[]} instants at which something happens
 * @property {Record<string, number[]>} jumps moments of a kind, by its name
 * @property {[number, string][]} told what happens at an instant, in words
 */

const NEAR = 5; // px; a drag that ends so near an instant means it
const STEP = 900; // ms; from one instant to the next, for those who want no motion
const [EDGE, SCROLL] = [24, 8]; // px; a drag so near the edge of what is seen scrolls it, by so much at a time
const QUIET = 500; // ms; a moment that stays so long is told to a screen reader

/**
 * The time of a lab. `at` is the moment shown, null for the end of the run.
 * @param {Page} page
 * @param {(t: number, y: number, isAnother: boolean) => void} show shows a moment, at a height of the picture; is it
 *   another one than before for those who only know what happened so far?
 * @param {(y: number) => void} follow brings a height of the picture into sight
 * @param {(at: number | null) => void} settled is told a moment that stays
 */
export function watchTime(page, show, follow, settled) {
  let axis = makeAxis([]);
  let height = 0; // of the picture
  /** @type {Moments} */
  let moments = { end: 0, instants: [], jumps: {}, told: [] };
  /** @type {{name: string, sent: number, ended: number}[]} */
  let flights = [];
  /** @type {number | null} */
  let at = null;
  /** @type {{line: SVGElement, grip: SVGElement} | null} */
  let cursor = null;
  let frame = 0; // of the play, 0 while it stands still
  /** @type {(frame: number) => void} */
  let cancel = cancelAnimationFrame; // what ends it: a frame and a timer may have one number
  let quiet = 0; // the timer after which a moment is told
  let spoken = ""; // what was told last
  let speed = SPEEDS[1][1];

  let wanted = NaN; // the moment to show in the next frame: a mouse moves more often than the screen is painted

  const now = () => at ?? moments.end;

  /** What happens at the moment shown, in words. */
  function told() {
    const t = now();
    const here = moments.told.find(([when]) => when === t)?.[1];
    if (here || at === null) return here ?? "";
    const [before, after] = [moments.instants.filter((when) => when < t).pop(), moments.instants.find((when) => when > t)];
    if (before === undefined || after === undefined || moments.instants.includes(t)) return "";
    const flying = flights.filter(({ sent, ended }) => sent <= t && t < ended).map(({ name }) => name);
    const what = flying.length ? `on the way ${flying.length === 1 ? "is" : "are"} ${flying.join(", ")}` : "only time passes";
    return `Between ${ms(before)} and ${ms(after)}: ${what}.`;
  }

  let between = ""; // which instants the moment shown lies between

  /**
   * Show the moment, everywhere.
   * @param {boolean} [isAnother] whether all is to be shown anew
   */
  function draw(isAnother = false) {
    const t = now();
    const place = countUpTo(moments.instants, t);
    const here = `${place} ${moments.instants[place - 1] === t}`;
    isAnother ||= here !== between;
    between = here;
    const y = at === null ? height - 10 : axis.yAt(t);
    show(t, at === null ? Infinity : y, isAnother);
    /** @type {HTMLInputElement} */ (page.time).min = String(axis.first);
    page.time.setAttribute("aria-valuetext", `${ms(t)} of ${ms(moments.end)}`);
    /** @type {HTMLInputElement} */ (page.time).value = String(t);
    write(page.when, at === null ? `${moments.part ? "end of this part" : "end"}, ${ms(t)}` : ms(t));
    for (const button of page.jumps.querySelectorAll("button")) {
      const times = moments.jumps[button.dataset.jump ?? ""] ?? [];
      button.setAttribute("aria-disabled", String(at !== null && !times.some((time) => time > t))); // it keeps the focus
    }
    if (isAnother) write(page.now, told());
    page.root.toggleAttribute("data-past", at !== null);
    placeCursor(t, y);
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      if (!frame) settled(at);
      const words = at === null ? "" : `At ${ms(t)}: ${told() || "nothing to tell"}`;
      if (words !== spoken) speak(page.spoken, words); // once, and not again with each step that changes the run
      spoken = words;
    }, QUIET);
  }

  /**
   * @param {number} t
   * @param {number} y
   */
  function placeCursor(t, y) {
    if (!cursor) return;
    for (const part of [cursor.line, cursor.grip]) part.setAttribute("transform", `translate(0 ${y})`);
    write(/** @type {Element} */ (cursor.grip.querySelector("text")), at === null ? "end" : ms(t));
  }

  /**
   * Go to a moment; after the last one, to the end.
   * @param {number | null} t
   */
  function go(t) {
    wanted = NaN; // what was to come is overtaken
    const before = at;
    at = t === null || t >= moments.end ? null : Math.max(t, 0);
    if ((at === null) !== (before === null) || (at !== null && !page.side.style.minHeight)) keepHeight(at !== null);
    draw();
  }

  /** Show the moment that was to come with the next frame: what is done next is about that one. */
  function arrive() {
    if (!Number.isNaN(wanted)) go(wanted);
  }

  /** The moment that a step in the page is about. */
  function moment() {
    arrive();
    return now();
  }

  /**
   * Keep what stands above the picture as high as it is, or the picture would move under the hand that drags the time.
   * @param {boolean} isKept
   */
  function keepHeight(isKept) {
    page.side.style.minHeight = isKept && !page.body.classList.contains("lab-beside") ? `${page.side.offsetHeight}px` : "";
  }

  /** @param {number | null} t */
  function step(t) {
    pause();
    go(t);
    follow(at === null ? axis.bottom : axis.yAt(at));
  }

  /** The instant after the moment shown; null after the last. */
  function after() {
    const from = moment();
    return moments.instants.find((t) => t > from) ?? null;
  }

  const next = () => step(after());
  const previous = () => {
    const from = moment();
    step(moments.instants.filter((t) => t < from).pop() ?? axis.first);
  };

  /** @param {string} kind */
  function jump(kind) {
    arrive();
    const times = moments.jumps[kind] ?? [];
    const from = at ?? -1; // from the end it goes on at the beginning
    const to = times.find((t) => t > from);
    if (to !== undefined) step(to);
  }

  // Playing: the picture's time is cut short where nothing happens, so the height runs evenly, and not the time

  function pause() {
    cancel(frame);
    frame = 0;
    say();
  }

  function say() {
    const act = ACTS.play;
    page.play.querySelector("path")?.setAttribute("d", frame ? PAUSE : act.icon);
    const words = page.play.querySelector(".lab-word");
    if (words) words.textContent = frame ? "Pause" : act.label;
    page.play.setAttribute("aria-label", frame ? "Pause" : act.label);
  }

  function play() {
    if (frame) {
      pause();
      settled(at);
      return;
    }
    arrive();
    if (at === null) go(axis.first);
    const inSteps = matchMedia("(prefers-reduced-motion: reduce)").matches;
    cancel = inSteps ? clearTimeout : cancelAnimationFrame;
    if (inSteps) playInSteps();
    else playEvenly();
    say();
  }

  function playInSteps() {
    frame = setTimeout(() => {
      go(after());
      follow(axis.yAt(now()));
      if (at === null) pause();
      else playInSteps();
    }, STEP);
  }

  function playEvenly() {
    let y = axis.yAt(now());
    let shown = at;
    let before = performance.now();
    /** @param {number} time */
    const run = (time) => {
      if (at !== shown) y = axis.yAt(now()); // the run is another one, or the moment was moved
      y += (speed * Math.max(0, Math.min(time - before, 100))) / 1000;
      before = time;
      if (y >= axis.bottom) {
        go(null);
        pause();
        return;
      }
      go(Math.max(whole(axis.tAt(y)), now()));
      shown = at;
      follow(y);
      frame = requestAnimationFrame(run);
    };
    frame = requestAnimationFrame(run);
  }

  /**
   * A moment that was met on the way: whole, unless something happens just then.
   * @param {number} t
   */
  const whole = (t) => (moments.instants.includes(t) ? t : Math.round(t));

  // Dragging

  /**
   * The moment at a place of the picture.
   * @param {PointerEvent | MouseEvent} event
   */
  function momentAt(event) {
    const svg = /** @type {SVGSVGElement | null} */ (page.drawing.querySelector("svg"));
    const matrix = svg?.getScreenCTM();
    if (!matrix) return now();
    const { y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const near = moments.instants.find((t) => Math.abs(axis.yAt(t) - y) <= NEAR);
    return near ?? (y > axis.bottom + NEAR ? moments.end : whole(axis.tAt(y)));
  }

  /**
   * The line across the picture at a moment, and what it is dragged by.
   * @param {number} left where the times end
   * @param {number} width
   */
  function makeCursor(left, width) {
    const grip = makeSvg("g", { class: "lab-grip" });
    grip.append(
      makeSvg("rect", { class: "lab-grip-hit", x: 0, y: -15, width: left, height: 30 }),
      makeSvg("path", { class: "lab-grip-tip", d: "M0 -7h1l6 7l-6 7h-1z" }),
      makeSvg("rect", { class: "lab-grip-pill", x: left + 2, y: -11, width: 72, height: 22, rx: 11 }),
      makeSvg("text", { class: "lab-grip-text", x: left + 38, y: 4, "text-anchor": "middle" }),
    );
    // A finger there drags, and does not scroll: `touch-action` means nothing to Chromium on a part of an SVG.
    grip.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    const line = makeSvg("path", { class: "lab-cursor-line", d: `M${left} 0H${width - 4}`, "aria-hidden": "true" });
    return { line, grip: makeSvg("g", { class: "lab-cursor", "aria-hidden": "true" }, grip) };
  }

  /** @param {number} t */
  function soon(t) {
    if (Number.isNaN(wanted)) requestAnimationFrame(arrive);
    wanted = t;
  }

  page.drawing.addEventListener("pointerdown", (event) => {
    const grip = /** @type {Element} */ (event.target).closest(".lab-grip");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    pause();
    /** @type {PointerEvent} */
    let last = event;
    const drag = (/** @type {PointerEvent} */ moved) => {
      last = moved;
      soon(momentAt(moved));
    };
    const edges = setInterval(() => {
      const { top, bottom } = page.picture.getBoundingClientRect();
      const by = last.clientY > bottom - EDGE ? SCROLL : last.clientY < top + EDGE ? -SCROLL : 0;
      if (!by) return;
      page.picture.scrollTop += by;
      soon(momentAt(last));
    }, 16);
    const end = () => {
      clearInterval(edges);
      window.removeEventListener("pointermove", drag);
      page.root.removeAttribute("data-dragging");
    };
    page.root.setAttribute("data-dragging", "");
    window.addEventListener("pointermove", drag);
    for (const over of ["pointerup", "pointercancel"]) window.addEventListener(over, end, { once: true });
  });
  page.time.addEventListener("input", () => {
    pause();
    const t = Number(/** @type {HTMLInputElement} */ (page.time).value);
    soon(t);
    follow(axis.yAt(t));
  });
  page.play.addEventListener("click", play);
  page.next.addEventListener("click", next);
  page.previous.addEventListener("click", previous);
  page.jumps.addEventListener("click", (event) => {
    const kind = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.jump;
    if (kind) jump(kind);
  });
  page.speed.addEventListener("change", () => {
    speed = SPEEDS.find(([name]) => name === /** @type {HTMLSelectElement} */ (page.speed).value)?.[1] ?? speed;
  });

  return {
    now: moment,
    play,
    pause,
    next,
    previous,
    jump,
    go,
    /**
     * The time at a height of the picture.
     * @param {MouseEvent} event
     */
    momentAt,
    goTo: step,
    /** Bring the moment into sight, if it is not the end. */
    showCursor: () => at !== null && follow(axis.yAt(at)),
    /**
     * Show another picture at the moment that was shown.
     * @param {Element} svg
     * @param {Drawn} drawn
     */
    renew(svg, drawn) {
      page.side.style.minHeight = ""; // another run needs other room
      axis = makeAxis(drawn.axis);
      height = Number(svg.getAttribute("height"));
      const left = edgeOf(svg) ?? 46;
      cursor = makeCursor(left, Number(svg.getAttribute("width")));
      svg.querySelector(".lab-flying")?.before(cursor.line); // below the words, which stay legible
      svg.append(cursor.grip);
      const names = Array.from(svg.querySelectorAll("[data-packet]"), (packet) => packet.getAttribute("data-packet") ?? "");
      flights = drawn.packets.map(([sent, ended], place) => ({ name: names[place], sent, ended }));
    },
    /** @param {Moments} changed */
    moments(changed) {
      moments = changed;
      if (at !== null && at >= moments.end) at = null;
      const time = /** @type {HTMLInputElement} */ (page.time);
      time.max = String(moments.end);
      time.step = moments.instants.every(Number.isInteger) ? "1" : "any";
      for (const [kind] of JUMPS) {
        const button = /** @type {HTMLElement} */ (page.jumps.querySelector(`[data-jump="${kind}"]`));
        button.hidden = !(moments.jumps[kind] ?? []).length;
      }
      page.jumps.hidden = !JUMPS.some(([kind]) => (moments.jumps[kind] ?? []).length);
    },
    draw,
    stop() {
      pause();
      clearTimeout(quiet);
    },
  };
}
