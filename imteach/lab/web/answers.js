// @ts-check
// What stands where Python does in a page that has none behind it: every run that can be reached was worked out
// beforehand. Python's half is imteach/lab/answers; table.py says how equal parts are stored once.

/**
 * @typedef {any} Node a value as table.py stores it
 * @typedef {{texts: string[], shapes: string[][], shared: Node[], root: Node}} Table
 *
 * @typedef {object} Opening what a lab without Python shows first: it is small, so that it is soon read
 * @property {string[]} rungs
 * @property {string} first the rung on which it begins
 * @property {number | null} at the moment that it shows first
 * @property {string} limit what is said of a loss that is not known
 * @property {Record<string, Record<string, any>>} shown by rung: the parts of the page
 *
 * @typedef {object} Answers what a lab without Python knows
 * @property {ReturnType<typeof makeReader>} reader
 * @property {Node[][]} runs by rung and set of faults
 * @property {[string, number][][]} drops by set of faults: which set it becomes if this packet is dropped
 * @property {[string, number][][]} spared the same by a fault's text, if that is taken back
 *
 * @typedef {{rung: number, set: number}} Place a run: on which rung, under which faults
 */

const NEEDS = "This page has no Python behind it, so it cannot do that. In Jupyter the lab can.";
const GROUP = "needs Jupyter: this page does not know that rung.";

/**
 * Undo base64 and deflate.
 * @param {string} packed
 * @returns {Promise<Table>}
 */
export async function openTable(packed) {
  const letters = atob(packed);
  const bytes = new Uint8Array(letters.length); // filled by a loop: Uint8Array.from takes five times as long
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  const inflating = new (/** @type {any} */ (globalThis).DecompressionStream)("deflate-raw");
  const writer = inflating.writable.getWriter(); // a Blob's stream would take three times as long
  void writer.write(bytes);
  void writer.close();
  return JSON.parse(await new Response(inflating.readable).text());
}

/**
 * How a table is read: `read` makes a value of a node, `part` and `items` only open it.
 * @param {Table} table
 */
export function makeReader({ texts, shapes, shared }) {
  /** @type {any[]} */
  const made = [];

  /** @param {Node} node */
  const opened = (node) => (typeof node === "number" ? shared[-1 - node] : node);

  /**
   * @param {Node} node
   * @returns {any}
   */
  function read(node) {
    if (typeof node === "string") return Number(node);
    if (typeof node === "number") return node >= 0 ? texts[node] : (made[-1 - node] ??= read(opened(node)));
    if (!Array.isArray(node)) return node;
    const values = node.slice(1).map(read);
    return node[0] === 0 ? values : Object.fromEntries(shapes[node[0] - 1].map((name, place) => [name, values[place]]));
  }

  /** @param {Node} node */
  const names = (node) => shapes[opened(node)[0] - 1];
  return {
    read,
    names,
    /**
     * @param {Node} node
     * @param {string} name
     * @returns {Node}
     */
    part: (node, name) => opened(node)[names(node).indexOf(name) + 1],
    /**
     * @param {Node} node
     * @returns {Node[]}
     */
    items: (node) => opened(node).slice(1),
  };
}

/**
 * The answers of one lab.
 * @param {ReturnType<typeof makeReader>} reader
 * @param {Node} lab
 * @returns {Answers}
 */
export function makeAnswers(reader, lab) {
  const { read, part, items } = reader;
  const runs = items(part(lab, "runs")).map(items);
  return { reader, runs, drops: read(part(lab, "drops")), spared: read(part(lab, "spared")) };
}

/**
 * A model for the page, as a widget's is, that answers by itself.
 * @param {Opening} opening
 * @param {Promise<Answers>} reading the answers, which come after the opening
 * @param {string} [begins] on which rung, if not on its first
 */
export function makeModel(opening, reading, begins = opening.first) {
  /** @type {Answers} */
  let known;
  const whenKnown = reading.then((answers) => void (known = answers));
  /** @type {Record<string, (() => void)[]>} */
  const heard = {};
  /** @type {Place} */
  const first = { rung: opening.rungs.indexOf(begins), set: 0 };
  /** @type {Place[]} */
  let past = [];
  /** @type {Place[]} */
  let undone = [];
  let now = first;
  let rev = 1;
  let refused = "";
  /** @type {Record<string, any>} */
  const own = {
    why: {},
    at: opening.at,
    answered: {},
    // what needs Python is hidden
    forms: [],
    exported: {},
    settings: { numbers: [], people: [], group: null },
    presets: [],
    situation: { now: "", note: "" },
  };
  /** @type {Map<string, any>} */
  let made = new Map(); // the parts of this run that were asked for
  for (const [name, value] of Object.entries(opening.shown[begins])) made.set(name, finished(name, value));

  /** @param {Place} place */
  const run = ({ rung, set }) => known.runs[rung][set];
  /** @param {Place} place */
  const isFirst = (place) => place === first || run(place) === run(first);
  /** @param {string} name */
  const asked = (name) => {
    const { part, items } = known.reader;
    return items(part(part(run(now), "asked"), name)).map(items);
  };

  /**
   * A part as the page takes it: the picture is stored line by line, and has no number yet.
   * @param {string} name
   * @param {any} value
   */
  function finished(name, value) {
    if (name !== "picture") return value;
    const [head, ...rest] = value;
    return [head.replace(/data-rev="0"/, `data-rev="${rev}"`), ...rest].join("\n");
  }

  /** @param {string} name */
  function get(name) {
    if (name in own) return own[name];
    if (name === "steps") return { undo: past.length > 0, redo: undone.length > 0, reset: !isFirst(now) };
    if (name === "refusal" && refused) return refused;
    if (!made.has(name) && known?.reader.names(run(now)).includes(name)) {
      made.set(name, finished(name, known.reader.read(known.reader.part(run(now), name))));
    }
    return made.get(name);
  }

  /**
   * Show another run.
   * @param {Place} place
   * @returns {string[]} the parts that differ
   */
  function go(place) {
    const { names, part } = known.reader;
    const before = run(now);
    now = place;
    rev += 1;
    own.why = {}; // it was asked of another run
    made = new Map();
    const differ = names(run(now)).filter((name) => {
      const node = part(run(now), name);
      return Array.isArray(node) || node !== part(before, name); // what is stored once is equal
    });
    return [...new Set([...differ, "picture", "drawn", "why", "steps"])].filter((name) => name !== "asked");
  }

  /**
   * Refuse what was asked for, with these words.
   * @param {string} words
   * @returns {string[]} the parts that differ: none
   */
  function refuse(words) {
    refused = words;
    return [];
  }

  /**
   * Take a step to a run, if it is known.
   * @param {Place} place
   */
  function step(place) {
    const { read, names, part } = known.reader;
    const no = names(run(place)).length === 1; // then it says why it cannot be run
    if (no) return refuse(read(part(run(place), "refusal")));
    past.push(now);
    undone = [];
    return go(place);
  }

  /**
   * Show these reasons, or say why there are none.
   * @param {any} answer
   */
  function give(answer) {
    if (!answer) return refuse(NEEDS);
    if (answer.refusal) return refuse(answer.refusal);
    own.why = answer;
    return ["why"];
  }

  /** @param {string} packet */
  function drop(packet) {
    const { read } = known.reader;
    const vain = asked("vain").find(([name]) => read(name) === packet);
    if (vain) return refuse(read(vain[1]));
    const to = known.drops[now.set].find(([name]) => name === packet);
    return to ? step({ rung: now.rung, set: to[1] }) : refuse(opening.limit);
  }

  /**
   * @param {string} msgid
   * @param {string} who
   * @param {number} at
   */
  function whyNot(msgid, who, at) {
    const { read, items } = known.reader;
    const history = asked("not").find(([of, whom]) => read(of) === msgid && read(whom) === who)?.[2];
    const t = Math.min(at, get("moments").end);
    const entry = history && items(history).map(items).filter(([since]) => read(since) <= t).pop();
    const answer = entry && read(entry[1]);
    if (!answer?.reasons) return give(answer);
    const [last, ...before] = [...answer.reasons].reverse(); // it is about this very moment
    return give({ ...answer, reasons: [...before.reverse(), { ...last, text: `${t} ms: ${last.text}` }] });
  }

  /**
   * What the page can ask for, each with what it does.
   * @type {Record<string, (message: any) => string[]>}
   */
  const doings = {
    strike: ({ tool, packet }) => (tool === "drop" ? drop(packet) : refuse(NEEDS)),
    "take back"({ fault }) {
      const to = known.spared[now.set].find(([text]) => text === fault);
      return to ? step({ rung: now.rung, set: to[1] }) : [];
    },
    rung({ rung }) {
      const to = opening.rungs.indexOf(rung);
      if (to === now.rung) return [];
      return to < 0 ? refuse(`${rung} ${GROUP}`) : step({ rung: to, set: now.set });
    },
    undo() {
      const to = past.pop();
      if (!to) return [];
      undone.push(now);
      return go(to);
    },
    redo() {
      const to = undone.pop();
      if (!to) return [];
      past.push(now);
      return go(to);
    },
    reset: () => (isFirst(now) ? [] : step(first)),
    why({ event, packet }) {
      const { read } = known.reader;
      own.why = {};
      if (event === undefined && packet === undefined) return ["why"];
      const [of, about] = packet === undefined ? ["event", event] : ["packet", packet];
      const found = asked(of).find(([name]) => read(name) === about);
      return [...give(found && read(found[1])), "why"];
    },
    "why not": ({ msgid, who, at }) => whyNot(msgid, who, at),
  };

  /**
   * @param {any} message
   * @returns {void}
   */
  function send(message) {
    if (!known) {
      void whenKnown.then(() => send(message));
      return;
    }
    refused = "";
    const changed = message.do in doings ? doings[message.do](message) : refuse(NEEDS);
    const [view, number] = message.ask;
    own.answered = { ...own.answered, [view]: number };
    for (const name of new Set([...changed, "refusal", "answered"])) {
      for (const tell of heard[`change:${name}`] ?? []) tell();
    }
  }

  return {
    isTable: true,
    get,
    send,
    /**
     * @param {string} event
     * @param {() => void} listen
     */
    on: (event, listen) => void (heard[event] ??= []).push(listen),
    /**
     * @param {string} event
     * @param {() => void} listen
     */
    off: (event, listen) => void (heard[event] = (heard[event] ?? []).filter((other) => other !== listen)),
  };
}
