// @ts-check
// The lab's page. Python decides and draws; this file shows the parts that Python made and says what was clicked.
// State comes in traits, one for each part of the page; what the learner did goes out as a message.

import { asks, connect, focusedIn, keepKeys, withNulls } from "./live.js";
import { followGround } from "./ground.js";
import { ACTS } from "./actions.js";
import { watchCompare } from "./lab_compare.js";
import { makeFading } from "./lab_fading.js";
import { focusField, focusedField, makeOpener, speak } from "./lab_focus.js";
import { makeHolds, makeKnows } from "./lab_holds.js";
import { watchKeys } from "./lab_keys.js";
import { markPicture } from "./lab_marks.js";
import { makePage } from "./lab_page.js";
import { makeFaultRow, makePromises, makeRung } from "./lab_parts.js";
import { makePhones } from "./lab_phones.js";
import { parsePicture, placePicture } from "./lab_picture.js";
import { watchPointing } from "./lab_pointing.js";
import { watchSettings } from "./lab_settings.js";
import { makeReady } from "./lab_ready.js";
import { copy, watchShare } from "./lab_share.js";
import { write } from "./lab_slots.js";
import { watchTime } from "./lab_time.js";
import { makeTools } from "./lab_tools.js";
import { makeDrawing } from "./lab_unpack.js";
import { makeWhy } from "./lab_why.js";

/** @typedef {import("./live.js").Model} Model */
/** @typedef {import("./lab_page.js").Page} Page */

/** @typedef {{chosen: string, rungs: {name: string, adds: string}[]}} Ladder */

/**
 * The same in Python, or as a command line, to be copied.
 * @param {Page} page
 */
function watchFoot({ python, shell, line, other, copyButton }) {
  let again = 0; // the timer after which the button is as it was
  other.addEventListener("click", () => {
    python.hidden = line.hidden;
    line.hidden = !python.hidden;
    other.setAttribute("aria-pressed", String(!line.hidden));
  });
  copyButton.addEventListener("click", async () => {
    copyButton.textContent = await copy(line.hidden ? python : shell);
    clearTimeout(again);
    again = setTimeout(() => (copyButton.textContent = "Copy"), 1500);
  });
}

/**
 * The step that a button or a rung is for, if it takes one; null for others.
 * @param {EventTarget | null} target
 * @returns {Record<string, any> | null}
 */
function stepOf(target) {
  const control = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("button:not(:disabled), .lab-rung"));
  const { act = "", takeBack } = control?.dataset ?? {};
  if (takeBack) return { do: "take back", fault: takeBack };
  if (["undo", "redo", "reset"].includes(act)) return { do: act };
  const rung = control?.querySelector("input");
  return rung && !rung.checked ? { do: "rung", rung: rung.value } : null;
}

/**
 * What a learner can do beside the picture.
 * @param {Page} page
 * @param {(message: Record<string, any>) => void} wish
 * @param {(act: "undo" | "redo" | "reset") => void} inTurn
 * @param {ReturnType<typeof makeWhy>} why
 * @param {() => number} now
 * @param {ReturnType<typeof makeReady>} ready
 */
function watchControls(page, wish, inTurn, why, now, ready) {
  const { root, rungs, undo, redo, reset, earlier, later, faults } = page;
  rungs.addEventListener("change", (event) => {
    wish({ do: "rung", rung: /** @type {HTMLInputElement} */ (event.target).value });
  });
  for (const button of [undo, redo, reset]) {
    button.addEventListener("click", () => inTurn(/** @type {any} */ (button.dataset.act)));
  }
  for (const button of [earlier, later]) {
    button.addEventListener("click", () => wish({ do: "window", window: Number(button.dataset.window) }));
  }
  faults.addEventListener("click", ({ target }) => {
    if (/** @type {Element} */ (target).closest("[data-take-back]")) wish(/** @type {any} */ (stepOf(target)));
  });
  faults.addEventListener("change", (event) => {
    const { value, dataset } = /** @type {HTMLInputElement} */ (event.target);
    if (dataset.swap) wish({ do: "swap", one: dataset.swap, other: value });
    else wish({ do: "change", fault: dataset.of, amount: dataset.amount, value: value === "" ? null : Number(value) });
  });
  root.addEventListener("click", (event) => {
    const { marks, marksEvent, question } =
      /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("button"))?.dataset ?? {};
    const asked = question && JSON.parse(question);
    if (asked) wish(asked.do === "why not" ? { ...asked, at: now() } : asked);
    else if (marks !== undefined) why.mark(marks, marksEvent);
  });
  root.addEventListener("pointerdown", ({ target }) => {
    const step = stepOf(target);
    if (step) ready.now(step);
  });
  page.unask.addEventListener("click", () => wish({ do: "why" }));
  watchFoot(page);
}

/**
 * Let the panels be folded and unfolded. `show` unfolds one that has news, unless the learner has folded it by hand.
 * @param {Page} page
 */
function watchFolds({ folds, panels, side }) {
  /** @type {Set<string>} */
  const byHand = new Set();

  /**
   * @param {string} name
   * @param {boolean} isOpen
   */
  function set(name, isOpen) {
    const panel = /** @type {HTMLElement} */ (panels.querySelector(`[data-panel="${name}"]`));
    if (panel.hidden !== isOpen) return;
    panel.hidden = !isOpen;
    folds.querySelector(`[data-fold="${name}"]`)?.setAttribute("aria-expanded", String(isOpen));
    side.style.minHeight = ""; // see lab_time.js
  }

  folds.addEventListener("click", (event) => {
    const fold = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-fold]"));
    if (!fold?.dataset.fold) return;
    byHand.add(fold.dataset.fold);
    const isOpen = fold.getAttribute("aria-expanded") !== "true";
    set(fold.dataset.fold, isOpen);
    if (isOpen) panels.querySelector(`[data-panel="${fold.dataset.fold}"]`)?.scrollIntoView({ block: "nearest" });
  });
  /**
   * @param {string} name
   * @param {boolean} hasNews
   */
  return (name, hasNews) => {
    if (!byHand.has(name)) set(name, hasNews);
  };
}

/**
 * Show the rungs and which is chosen; not while another one, chosen since, is still asked for.
 * @param {Page} page
 * @param {Ladder} ladder
 * @param {string} group
 */
function drawLadder({ rungs, adds }, { chosen, rungs: all }, group) {
  if (rungs.childElementCount !== all.length) rungs.replaceChildren(...all.map(({ name }) => makeRung(group, name)));
  const isAsked = rungs.querySelector("input:checked")?.parentElement?.hasAttribute("data-pending");
  if (!isAsked) for (const input of rungs.querySelectorAll("input")) input.checked = input.value === chosen;
  adds.textContent = all.find((rung) => rung.name === chosen)?.adds ?? "";
}

/**
 * Let a button lead to this window of the run, if there is one.
 * @param {HTMLElement} button
 * @param {any} [place]
 */
function drawWay(button, place) {
  /** @type {HTMLButtonElement} */ (button).disabled = (place ?? null) === null;
  button.dataset.window = place;
  button.dataset.asks = asks({ do: "window", window: place });
}

/**
 * Show which part of a long run is drawn, and the ways to its neighbours.
 * @param {Page} page
 * @param {{words?: string, earlier?: number | null, later?: number | null}} shown
 */
function drawStretch({ stretch, shows, earlier, later }, { words = "", ...places }) {
  stretch.hidden = !words;
  shows.textContent = words;
  drawWay(earlier, places.earlier);
  drawWay(later, places.later);
}

/** @param {string} text */
function base64(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

/**
 * What is saved of it: the picture as it is now. Only the first of several is saved with the words.
 * @param {Model} model
 * @param {{picture: string, sheet: string}} shown
 * @param {boolean} first
 */
function still(model, { picture, sheet }, first) {
  const { words, before, after, text } = model.get("still");
  const [head, ...rest] = picture.replace(/data-rev="\d+"/, 'data-rev="0"').split("\n");
  const data = base64([head, `<style>${sheet}</style>`, ...rest].join("\n"));
  return { "text/html": (first ? words : "") + before + data + after, "text/plain": text };
}

/**
 * Nothing to show yet.
 * @type {(t: number, y: number) => void}
 */
const nothing = () => {};

/**
 * A picture that can show any moment.
 * @param {string} markup
 * @param {import("./lab_marks.js").Drawn} drawn
 */
function makePicture(markup, drawn) {
  const svg = parsePicture(markup);
  return { markup, drawn, svg, show: makeFading(svg, drawn, markPicture(svg, drawn)) };
}

/**
 * Show one view of the lab. Returns a function that takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
export function render({ model, el }) {
  const page = makePage();
  const { root, drawing } = page;
  // A random name: each lab of a page has its own copy of this file, so counting here would give two labs one name, and
  // of all radio buttons of one name the browser checks only one.
  const radioName = `imteach-rung-${Math.random()}`;

  const { view, ask, mark, stop } = connect({ model, el, root, words: page.live, settle, whenDrawn: () => parts.whenDrawn() });
  const giveKeysBack = keepKeys(root);
  const leaveGround = followGround(el);

  /** Show what Python knows, where a control went ahead of it. */
  function settle() {
    drawLadder(page, model.get("ladder"), radioName);
    settings.settle();
    parts.settle();
    while (waiting.length && !root.hasAttribute("data-pending")) inTurn(waiting.splice(0, 1)[0]);
  }

  /** @type {("undo" | "redo" | "reset")[]} what comes once Python has answered what was asked before */
  const waiting = [];

  /**
   * Undo, redo or reset: each is about the steps before it, so it waits for them.
   * @param {"undo" | "redo" | "reset"} act
   */
  function inTurn(act) {
    if (root.hasAttribute("data-pending")) {
      waiting.push(act);
      return;
    }
    if (/** @type {HTMLButtonElement} */ (page[act]).disabled) return;
    wish({ do: act });
    if (act === "reset") time.go(null);
  }

  const seen = () => Number(drawing.querySelector("svg")?.dataset.rev);
  const ready = makeReady(model, seen, () => root.dataset.kernel === "alive", prepare);

  /**
   * Ask Python for something; it is about the picture that is shown. What it shows comes at once if it is known.
   * @param {Record<string, any>} message
   */
  const wish = (message) => {
    const known = ready.taken(message);
    if (ask(message, seen()) && known) parts.ahead(known);
  };

  const compare = watchCompare(page, wish);
  const place = placePicture(page, compare);
  const why = makeWhy(page);
  const phones = makePhones(page.phones, wish, () => time.now());
  const [holds, knows, promises] = [makeHolds(page.holds), makeKnows(page.knows), makePromises(page.promises)];
  let [showPicture, showKept] = [nothing, nothing];

  /**
   * Show a moment. What stands beside the picture changes at instants only, but for timers.
   * @param {number} t
   * @param {number} y
   * @param {boolean} isAnother whether it is between other instants than the one before
   */
  const showMoment = (t, y, isAnother) => {
    showPicture(t, y);
    showKept(t, y);
    holds.run(t);
    if (!isAnother) return;
    for (const { show } of [holds, knows, promises, phones]) show(t);
  };

  /** @type {number | null | undefined} the moment that Python knows: what is told of it is no news */
  let kept;

  /**
   * Python knows the moment that stays, as `lab.at`.
   * @param {number | null} at
   */
  const keepMoment = (at) => {
    if (root.dataset.kernel !== "alive" || withNulls(model.get("at")) === at || !model.set) return;
    kept = at;
    model.set("at", at);
    model.save_changes?.();
  };
  const time = watchTime(page, showMoment, place.follow, keepMoment);
  const tools = makeTools(page, wish, () => time.now());
  const pointing = watchPointing(page, tools, time, ready);
  const putAway = () => why.isOn() && wish({ do: "why" });
  tools.onChange(() => {
    pointing.renew();
    if (!tools.isAsking()) putAway(); // what is lit says something else than what the tool in hand is for
  });
  watchControls(page, wish, inTurn, why, time.now, ready);
  /** @param {number} by how many rungs to climb */
  const stepRung = (by) => {
    const rungs = Array.from(page.rungs.querySelectorAll("input"));
    rungs[rungs.findIndex((rung) => rung.checked) + by]?.click();
  };
  const settings = watchSettings(page, wish);
  const unfold = watchFolds(page);
  const share = watchShare(page, wish, view);
  /** @type {Record<string, HTMLElement>} */
  const buttons = { ...page, share: page.shareButton };
  watchKeys(
    page,
    {
      ...Object.fromEntries(Object.values(ACTS).map(({ act }) => [act, () => buttons[act].click()])),
      undo: () => inTurn("undo"),
      redo: () => inTurn("redo"),
      reset: () => inTurn("reset"),
      settings: makeOpener(page.settings, page.strip),
      share: makeOpener(page.shareButton, page.share),
      climb: () => stepRung(1),
      descend: () => stepRung(-1),
      timeout: () => time.jump("timeout"),
      difference: () => time.jump("difference"),
      diagram: () => pointing.focus({}), // it is scrolled to
      reasons: () => page.reasons.querySelector("button")?.focus(),
      stop: () => {
        time.pause();
        putAway();
      },
    },
    (tool) => tools.choose(tool, page.tools.contains(focusedIn(root))),
  );
  for (const [button, part] of [[page.help, page.keys], [page.shareButton, page.share]]) {
    button.addEventListener("click", () => {
      part.hidden = !part.hidden;
      button.setAttribute("aria-expanded", String(!part.hidden));
    });
  }

  let picture = ""; // as it came
  /** @type {import("./lab_marks.js").Drawn} */
  let drawn = { axis: [], notes: [], packets: [], nodes: [], links: [] };

  /** @type {ReturnType<typeof makePicture> | null} what a step would show, if that is known: half its work is done */
  let prepared = null;

  /**
   * Make the picture that a step would show, before it is taken.
   * @param {Record<string, any>} values the parts that the step would change
   */
  function prepare(values) {
    if ("picture" in values) prepared = makePicture(values.picture, values.drawn ?? drawn);
  }

  let outcome = "";

  /** Say what came of the run, and of which. */
  function tellOutcome() {
    const which = compare.isShown() ? "Second run: " : model.get("stretch").words ? "The whole run: " : "";
    write(page.outcome, which + outcome);
  }

  /**
   * What changes: one function for each trait, in the order in which they are drawn.
   * @type {Record<string, (value: any) => void>}
   */
  const draw = {
    drawn: (value) => (drawn = value),
    beside(value) {
      showKept = compare.renew(value);
      place.arrange();
      tellOutcome();
    },
    picture(markup) {
      picture = markup;
      const made = prepared;
      prepared = null;
      const { svg, show } = made && made.markup === markup && made.drawn === drawn ? made : makePicture(markup, drawn);
      showPicture = show;
      place.show(svg);
      time.renew(svg, drawn);
    },
    struck(rows) {
      page.faults.replaceChildren(...rows.map(makeFaultRow));
      page.struck.textContent = rows.length ? `What strikes (${rows.length})` : "What strikes";
      page.noFaults.hidden = rows.length > 0;
      // a drop is seen in the picture; numbers to turn, and what strikes nothing, only here
      unfold("strikes", rows.some((/** @type {any} */ row) => row.unused || row.amounts.length > 0));
      tools.renew(rows);
    },
    ladder: (ladder) => drawLadder(page, ladder, radioName),
    outcome(text) {
      outcome = text;
      tellOutcome();
      if (root.hasAttribute("data-past")) speak(page.spoken, text); // the other is not shown then
    },
    moments: (moments) => time.moments(moments),
    chats: (chats) => phones.renew(chats),
    promises: promises.renew,
    holds: holds.renew,
    knows: knows.renew,
    why: (asked) => why.show(asked),
    stretch: (shown) => drawStretch(page, shown),
    code: (text) => (page.code.textContent = text),
    command(text) {
      page.command.textContent = text;
      page.shell.hidden = !text;
    },
    command_note: (text) => (page.note.textContent = text),
    settings: (shown) => settings.renew(shown),
    presets: (rows) => settings.renewPresets(rows),
    situation: (now) => settings.renewSituation(now),
    steps(can) {
      /** @type {HTMLButtonElement} */ (page.undo).disabled = !can.undo;
      /** @type {HTMLButtonElement} */ (page.redo).disabled = !can.redo;
      /** @type {HTMLButtonElement} */ (page.reset).disabled = !can.reset;
    },
    forms: (forms) => share.forms(forms),
    exported: (exported) => share.exported(exported),
    refusal: (text) => (page.refusal.textContent = text),
    at(at) {
      if (at !== kept) time.go(at); // else the page has moved on since
      kept = at;
    },
  };

  /**
   * Once parts were drawn: show the moment in them. If what had the focus is gone, what was in use in the picture gets it.
   * @param {string[]} names
   * @param {{focused: Element | null, field: import("./lab_focus.js").FieldPlace | null, y: number | null}} was what had the
   *   focus before, and where a packet that had it stood
   */
  function after(names, { focused, field, y }) {
    const now = focusedIn(root); // some part may have given it to another of its own
    place.answered();
    const isGone = focused && (!focused.isConnected || focused.matches(":disabled, [hidden], [hidden] *"));
    const isLost = isGone && (now === null || now === focused);
    if (names.includes("picture") || names.includes("struck")) pointing.renew();
    if (names.includes("picture")) why.light();
    mark();
    time.draw(true);
    if (isLost && !focusField(page.faults, field)) pointing.focus();
    if (isLost && !focusedIn(root)) root.focus({ preventScroll: true }); // nothing in the picture can be used
    if (!names.includes("picture")) return;
    if (y !== null) place.keepAt(y);
    else if (!tools.isOnPackets()) time.showCursor();
    if (focused) requestAnimationFrame(() => place.keepInSight());
  }
  const before = () => ({ focused: focusedIn(root), field: focusedField(page.faults), y: place.focusedAt() });
  const parts = makeDrawing((name) => model.get(name), draw, before, after);

  /** @type {[string, () => void][]} */
  const watch = Object.keys(draw).map((part) => [`change:${part}`, () => parts.changed(part)]);

  // An event says when there is something else to save: then the saved notebook is out of date.
  /** @type {any} */ (root).imteachStill = (/** @type {boolean} */ first) =>
    still(model, compare.alone() ?? { picture, sheet: model.get("sheet") }, first);
  watch.push(["change:still", () => root.dispatchEvent(new CustomEvent("imteach-still", { bubbles: true }))]);

  for (const part of Object.keys(draw)) parts.changed(part);
  for (const [event, redraw] of watch) model.on(event, redraw);
  el.append(root);

  return () => {
    stop();
    time.stop();
    parts.stop();
    ready.stop();
    giveKeysBack();
    leaveGround();
    place.stop();
    for (const [event, redraw] of watch) model.off(event, redraw);
  };
}

export default { render };
