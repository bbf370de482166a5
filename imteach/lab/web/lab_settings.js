// @ts-check
// The settings: situations by name, the numbers of the run, the people with their links. Folded until asked for. A field
// stays where it is while Python answers, so that nobody loses their place, nor what they are typing.

import { asks, focusedIn, make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */
/** @typedef {(message: Record<string, any>) => void} Wish */

/**
 * @typedef {object} NumberRow
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {string} about
 * @property {number} step
 * @property {number} least
 * @property {number} most
 * @property {number} value
 * @property {string} useless why it does nothing now
 * @property {boolean} beside whether it is of no interest on this rung
 *
 * @typedef {object} PersonRow
 * @property {string} person
 * @property {number} latency ms
 * @property {boolean} member
 * @property {string} stays why they cannot go
 *
 * @typedef {{numbers: NumberRow[], people: PersonRow[], group: string | null}} Settings
 * @typedef {{name: string, climbs: string}} Preset
 * @typedef {{now: string | null, note: string}} Situation
 */

/**
 * A field for a number. `show` shows what Python knows, unless somebody is typing there.
 * @param {Record<string, string>} attributes
 * @param {(value: number) => Record<string, any>} asked what a change asks for
 * @param {Wish} wish
 */
function makeNumber(attributes, asked, wish) {
  const input = /** @type {HTMLInputElement} */ (make("input", { type: "number", ...attributes }));
  let known = "";
  let isTyping = false;

  function restore() {
    isTyping = false;
    if (input.value !== known) input.value = known;
  }

  input.addEventListener("input", () => (isTyping = true));
  input.addEventListener("change", () => {
    isTyping = false;
    if (input.value === "") return restore(); // no number
    if (input.value === known) return;
    const message = asked(Number(input.value));
    input.dataset.asks = asks(message);
    wish(message);
  });
  /** @param {number} value */
  const show = (value) => {
    known = String(value);
    if (!isTyping) restore();
  };
  return { input, show };
}

/**
 * @param {string} id begins the ids of what describes a field: each view of each lab has its own
 * @param {NumberRow} row
 * @param {Wish} wish
 */
function makeNumberRow(id, { name, label, unit, about, step, least, most }, wish) {
  const describes = `${id}-${name}`;
  const rule = { min: String(least), max: String(most), step: String(step) };
  const asked = (/** @type {number} */ value) => ({ do: "set", name, value });
  const field = makeNumber({ ...rule, "data-setting": name, "aria-describedby": describes }, asked, wish);
  const note = make("span", { class: "lab-about", id: describes });
  const words = make("span", { class: "lab-setting-name" }, label);
  const element = make("div", { class: "lab-setting" }, make("label", {}, words, " ", field.input, ` ${unit}`), note);
  /** @param {NumberRow} row */
  const renew = ({ value, useless, beside }) => {
    field.show(value);
    note.textContent = useless || about;
    element.hidden = beside;
    element.toggleAttribute("data-useless", Boolean(useless));
  };
  return { element, renew };
}

/**
 * @param {string} id
 * @param {string} person
 * @param {Wish} wish
 * @param {() => string[]} members who is in the group, as the boxes say
 */
function makePersonRow(id, person, wish, members) {
  const asked = (/** @type {number} */ value) => ({ do: "set", name: "latency", value, who: person });
  const field = makeNumber({ min: "0", step: "10", "data-latency": person, "aria-label": `Latency of ${person}, ms` }, asked, wish);
  const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", "data-member": person }));
  const group = make("span");
  const label = make("label", { class: "lab-member" }, box, group);
  const removed = { do: "remove person", person };
  const describes = `${id}-stays-${person}`;
  const button = { type: "button", class: "lab-button lab-small", "data-remove": person, "aria-describedby": describes };
  const remove = make("button", { ...button, "aria-label": `Remove ${person}`, "data-asks": asks(removed) }, "✕");
  const why = make("span", { class: "lab-unseen", id: describes });
  const name = make("span", { class: "lab-person" }, person);
  const link = make("span", {}, "latency ", field.input, " ms");
  const element = make("li", { "data-settings-of": person }, name, link, label, remove, why);

  box.addEventListener("change", () => {
    const message = { do: "group", members: members() };
    box.dataset.asks = asks(message);
    wish(message);
  });
  remove.addEventListener("click", () => wish(removed)); // if they stay, Python says why
  /**
   * @param {PersonRow} row
   * @param {string | null} name of the group
   * @param {boolean} isMade
   */
  const renew = (row, name, isMade) => {
    field.show(row.latency);
    box.checked = row.member;
    label.hidden = !isMade;
    group.textContent = ` in ${name}`;
    remove.toggleAttribute("data-stays", Boolean(row.stays));
    remove.title = row.stays ? `${person} stays: ${row.stays}` : `Remove ${person}`;
    why.textContent = row.stays;
  };
  return { element, renew };
}

/**
 * The settings, still empty.
 * @returns {Page}
 */
export function makeSettings() {
  const presets = make("div", { class: "lab-presets", role: "group", "aria-label": "Situations" });
  const presetNote = make("p", { class: "lab-preset-note", role: "status" });
  const numbers = make("div", { class: "lab-numbers", role: "group", "aria-label": "Numbers" });
  const people = make("ul", { class: "lab-people", role: "list", "aria-label": "People and their links" });
  const gather = make("button", { type: "button", class: "lab-button lab-small", "data-gather": "" });
  const newName = make("input", { type: "text", "aria-label": "Name of somebody more", placeholder: "name", maxlength: "40" });
  const add = make("button", { type: "submit", class: "lab-button lab-small" }, "Add");
  const newPerson = make("form", { class: "lab-new-person", autocomplete: "off" }, newName, add);
  const part = (/** @type {string} */ words, /** @type {Node[]} */ ...rows) =>
    make("div", { class: "lab-setting-part" }, make("div", { class: "lab-title", "aria-hidden": "true" }, words), ...rows);
  const everybody = make("div", { class: "lab-people" }, people, newPerson, gather);
  const parts = [part("Situations", presets, presetNote), part("Numbers", numbers), part("People", everybody)];
  const strip = make("div", { class: "lab-settings", role: "group", "aria-label": "Settings" }, ...parts);
  strip.hidden = true;
  return { strip, presets, presetNote, numbers, people, gather, newName, newPerson };
}

/**
 * What a learner can set, and what is set.
 * @param {Page} page
 * @param {Wish} wish
 */
export function watchSettings(page, wish) {
  const { settings: button, strip, presets, presetNote, numbers, people, gather, newPerson } = page;
  const newName = /** @type {HTMLInputElement} */ (page.newName);
  const id = `imteach-settings-${Math.random()}`; // random, because each view has its own copy of this file
  /** @type {Map<string, ReturnType<typeof makeNumberRow>>} */
  const numberRows = new Map();
  /** @type {Map<string, ReturnType<typeof makePersonRow>>} */
  let personRows = new Map();
  /** @type {Settings} */
  let known = { numbers: [], people: [], group: null };

  const boxes = () => /** @type {HTMLInputElement[]} */ (Array.from(people.querySelectorAll("[data-member]")));
  const members = () => boxes().flatMap(({ checked, dataset }) => (checked && dataset.member ? [dataset.member] : []));
  const isMade = () => known.people.some(({ member }) => member);

  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    strip.hidden = !strip.hidden;
    button.setAttribute("aria-expanded", String(!strip.hidden));
  });
  presets.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.preset;
    if (name) wish({ do: "preset", name });
  });
  gather.addEventListener("click", () => {
    wish({ do: "group", members: isMade() ? [] : known.people.map(({ person }) => person) });
  });
  newPerson.addEventListener("submit", (event) => {
    event.preventDefault();
    const person = newName.value.trim();
    if (person) wish({ do: "add person", person });
    newName.value = "";
  });

  function renewPeople() {
    const before = personRows;
    personRows = new Map(
      known.people.map(({ person }) => [person, before.get(person) ?? makePersonRow(id, person, wish, members)]),
    );
    if ([...before.keys()].join() === [...personRows.keys()].join()) return;
    const focused = focusedIn(people);
    people.replaceChildren(...[...personRows.values()].map(({ element }) => element));
    if (focused) /** @type {HTMLElement} */ (people.contains(focused) ? focused : newName).focus();
  }

  return {
    /** @param {Settings} settings */
    renew(settings) {
      known = settings;
      for (const row of settings.numbers) {
        if (!numberRows.has(row.name)) {
          numberRows.set(row.name, makeNumberRow(id, row, wish));
          numbers.append(/** @type {any} */ (numberRows.get(row.name)).element);
        }
        numberRows.get(row.name)?.renew(row);
      }
      renewPeople();
      for (const row of settings.people) personRows.get(row.person)?.renew(row, settings.group, isMade());
      gather.hidden = settings.group === null;
      gather.textContent = isMade() ? "Dissolve the group" : "Make a group of all";
    },
    /** @param {Preset[]} rows */
    renewPresets(rows) {
      const names = rows.map(({ name }) => name).join();
      if (presets.dataset.names !== names) presets.replaceChildren(...rows.map(({ name }) => makePreset(name)));
      presets.dataset.names = names;
      rows.forEach(({ climbs }, number) => {
        const [pill, rung] = [presets.children[number], presets.children[number].lastElementChild];
        if (rung) rung.textContent = climbs && ` ↑ ${climbs}`;
        pill.setAttribute("title", climbs && `Goes to the rung ${climbs}: below it there is no such thing`);
      });
    },
    /** @param {Situation} situation */
    renewSituation({ now, note }) {
      for (const pill of presets.querySelectorAll("button")) {
        pill.setAttribute("aria-pressed", String(pill.dataset.preset === now));
      }
      presetNote.textContent = note;
    },
    /** Show what Python knows: what was asked for may have been refused. */
    settle: () => {
      for (const row of known.numbers) numberRows.get(row.name)?.renew(row);
      for (const row of known.people) personRows.get(row.person)?.renew(row, known.group, isMade());
    },
  };
}

/** @param {string} name */
function makePreset(name) {
  const asked = asks({ do: "preset", name });
  const attributes = { type: "button", class: "lab-rung", "data-preset": name, "aria-pressed": "false", "data-asks": asked };
  return make("button", attributes, name, make("span", { class: "lab-climbs" }));
}
