// @ts-check
// All that a learner can do in the lab, in one table: toolbar, keys, help and what is asked of Python are made of it.

/**
 * @typedef {object} Tool a tool strikes what is clicked
 * @property {string} tool its name, in Python too
 * @property {string} key
 * @property {string} label
 * @property {string} title what it does
 * @property {string} hint what to click
 * @property {string} on a selector for what it acts on
 * @property {string} icon a path, 16 by 16
 */

const HEADS = "[data-node], [data-event]";

/** @type {Tool[]} */
export const TOOLS = [
  {
    tool: "drop",
    key: "1",
    label: "Drop",
    title: "The network loses a packet",
    hint: "Click an arrow to drop that packet; click it again to take the drop back.",
    on: "[data-packet]",
    icon: "M4 4l8 8M12 4l-8 8",
  },
  {
    tool: "duplicate",
    key: "2",
    label: "Duplicate",
    title: "The network makes a copy of a packet",
    hint: "Click an arrow: a copy of that packet arrives a little later.",
    on: "[data-packet]",
    icon: "M6 6h7.5v7.5H6zM3 10.5V3h7.5",
  },
  {
    tool: "delay",
    key: "3",
    label: "Delay",
    title: "A packet takes longer",
    hint: "Click an arrow: that packet arrives late. How late can be set under “What strikes”.",
    on: "[data-packet]",
    icon: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.5V8l2.5 1.5",
  },
  {
    tool: "crash",
    key: "4",
    label: "Crash",
    title: "A node crashes and starts again",
    hint: "Choose a moment, then click a name: that node crashes then. Or click what it does: it crashes right after that.",
    on: HEADS,
    icon: "M9.5 1.5l-6 7.5h4l-1 5.5 6-7.5h-4z",
  },
  {
    tool: "away",
    key: "5",
    label: "Log out",
    title: "A person logs out, and in again",
    hint: "Choose a moment, then click a person's name: they are away from then on, for a second.",
    on: HEADS,
    icon: "M7 2.5H3v11h4M6.5 8H14M11 5l3 3-3 3",
  },
  {
    tool: "cut",
    key: "6",
    label: "Cut",
    title: "A link is cut, and mended",
    hint: "Choose a moment, then click a link between two names at the top: it is cut from then on, for half a second.",
    on: "[data-link]",
    icon: "M1 8h4.5M10.5 8H15M6 4.5l.5 7M10 4.5l-.5 7",
  },
  {
    tool: "why",
    key: "7",
    label: "Why?",
    title: "Why did this happen?",
    hint: "Click anything that happened: what led to it lights up. What did not happen: “why not?” on the phones, and under Who knows what.",
    on: "[data-event], [data-packet]",
    icon: "M5.3 6a2.7 2.7 0 1 1 4 2.4C8.4 8.9 8 9.3 8 10.3M8 12.7v.6",
  },
];

/**
 * @typedef {object} Act a button
 * @property {string} act
 * @property {string} key
 * @property {string} label
 * @property {string} title
 * @property {string} icon a path, 16 by 16
 */

/** @type {Record<string, Act>} */
export const ACTS = {
  undo: {
    act: "undo",
    key: "u",
    label: "Undo",
    title: "Take the last step back",
    icon: "M3.5 6.5H10a3.5 3.5 0 0 1 0 7H6M3.5 6.5l3-3M3.5 6.5l3 3",
  },
  redo: {
    act: "redo",
    key: "y",
    label: "Redo",
    title: "Do again what was undone",
    icon: "M12.5 6.5H6a3.5 3.5 0 0 0 0 7h4M12.5 6.5l-3-3M12.5 6.5l-3 3",
  },
  reset: {
    act: "reset",
    key: "r",
    label: "Reset",
    title: "Back to how this lab began: its rung, its faults",
    icon: "M3.2 6A5.5 5.5 0 1 1 2.5 9M3 2.5V6h3.5",
  },
  previous: {
    act: "previous",
    key: ",",
    label: "Back",
    title: "To the moment before at which something happens",
    icon: "M9.5 3.5L4 8l5.5 4.5zM12.5 3.5v9",
  },
  play: { act: "play", key: "p", label: "Play", title: "Let the time run", icon: "M4.5 3l8 5-8 5z" },
  next: {
    act: "next",
    key: ".",
    label: "Next",
    title: "To the next moment at which something happens",
    icon: "M6.5 3.5L12 8l-5.5 4.5zM3.5 3.5v9",
  },
  keep: {
    act: "keep",
    key: "k",
    label: "Keep",
    title: "Keep this run beside the next one; again: put it away",
    icon: "M2 3h5v10H2zM9.5 3h5v10h-5z",
  },
  settings: {
    act: "settings",
    key: "s",
    label: "Settings",
    title: "RTO, retries, latency, people; situations by name",
    icon: "M2 5h6.2M11.8 5H14M2 11h2.2M7.8 11H14M11.8 5a1.8 1.8 0 1 1-3.6 0a1.8 1.8 0 0 1 3.6 0M7.8 11a1.8 1.8 0 1 1-3.6 0a1.8 1.8 0 0 1 3.6 0",
  },
  share: {
    act: "share",
    key: "x",
    label: "Share",
    title: "Save this lab as a file, or open one",
    icon: "M8 10V2M4.8 5L8 1.8 11.2 5M3 8.5V14h10V8.5",
  },
  help: {
    act: "help",
    key: "?",
    label: "Keys",
    title: "What the keys do",
    icon: "M1.5 4h13v8.5h-13zM4 7h1M7.5 7h1M11 7h1M5 10h6",
  },
};

export const PAUSE = "M4.5 3v10M11 3v10";

/** Where one can jump to: the name of a list of moments, and what it is called. */
export const JUMPS = [
  ["timeout", "timeout"],
  ["loss", "loss"],
  ["duplicate", "duplicate"],
  ["broken", "broken promise"],
  ["difference", "difference"],
];

/**
 * How fast the time runs: what it is called, and pixels of the picture in a second.
 * @type {[string, number][]}
 */
export const SPEEDS = [
  ["slow", 45],
  ["normal", 110],
  ["fast", 300],
];

/** What else the keys do, for the list of them. */
export const MORE_KEYS = [
  ["Tab", "From one part of the lab to the next"],
  ["Arrows, Home, End", "In the diagram: from one thing that can be clicked to the next"],
  ["Enter, Space", "Use the tool on it"],
  ["+", "Climb to the next rung"],
  ["-", "Go down a rung"],
  ["g", "Go to the diagram"],
  ["w", "Go to the reasons, once something was asked"],
  ["t", "To the next timeout"],
  ["d", "To the first difference from the run that is kept"],
  ["Esc", "Stop the time; put the reasons away"],
];
