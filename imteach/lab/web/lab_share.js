// @ts-check
// To pass a lab on: saved as a file, in several forms, or copied as a link; and opened from one.

import { asks, make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */
/** @typedef {{name: string, title: string, copy: boolean}} Form */
/** @typedef {{view?: string, name: string, media: string, note: string, text?: string, base64?: string}} Exported */

const LARGEST = 1_000_000; // bytes of a file that is opened

/**
 * The bytes of what Python made.
 * @param {Exported} exported
 */
function blobOf({ media, text, base64 = "" }) {
  const content = text ?? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Blob([content], { type: media });
}

/**
 * Let the browser save something as a file.
 * @param {Exported} exported
 */
function save(exported) {
  const address = URL.createObjectURL(blobOf(exported));
  const link = /** @type {HTMLAnchorElement} */ (make("a", { href: address, download: exported.name }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Put text on the clipboard; where the browser gives no access to it, select the text instead.
 * @param {HTMLElement} element
 */
export async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(element);
    return "Selected";
  }
}

/**
 * Fill the part of the page in which a lab is passed on, and listen there.
 * @param {Page} page
 * @param {(message: Record<string, any>) => void} wish
 * @param {string} view the name of this view: each saves only what was asked for in it
 */
export function watchShare({ share, shareNote, refusal }, wish, view) {
  const saves = make("div", { class: "lab-share-row", role: "group", "aria-label": "Save as" });
  const file = /** @type {HTMLInputElement} */ (make("input", { type: "file", accept: ".toml,text/plain" }));
  const open = make("label", { class: "lab-share-open" }, "Open a scenario file: ", file);
  const text = /** @type {HTMLInputElement} */ (make("input", { type: "text", placeholder: "#lab=…", autocomplete: "off" }));
  const go = make("button", { type: "submit", class: "lab-button lab-small" }, "Open");
  const paste = make("form", { class: "lab-share-open" }, make("label", {}, "or paste a link: ", text), " ", go);
  const link = make("code", { tabindex: "0", "aria-label": "The link" });
  const copied = make("p", { class: "lab-link-text" }, link);
  copied.hidden = true;
  share.replaceChildren(saves, open, paste, shareNote, copied);

  /** @param {Exported} exported */
  async function copyLink({ text: made = "" }) {
    link.textContent = made;
    copied.hidden = false;
    const done = await copy(link);
    if (copied.hidden || link.textContent !== made) return; // something else was asked for meanwhile
    shareNote.textContent = `${done}. Paste it under Share in any Lab, or call Lab.from_link("…"): that is this lab.`;
  }

  saves.addEventListener("click", (event) => {
    const form = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.form;
    if (form) wish({ do: "export", form });
  });
  paste.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim()) wish({ do: "open", text: text.value.trim() });
    text.value = "";
  });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    if (chosen.size > LARGEST) {
      refusal.textContent = `${chosen.name} has ${chosen.size} bytes; a scenario file has at most ${LARGEST}`;
    } else {
      wish({ do: "open", text: await chosen.text() });
    }
    file.value = ""; // so that the same file can be chosen again
  });

  return {
    /** @param {Form[]} forms */
    forms(forms) {
      /** @param {Form} form */
      const button = ({ name, title }) => {
        const asked = { "data-form": name, "data-asks": asks({ do: "export", form: name }) };
        return make("button", { type: "button", class: "lab-button lab-small", ...asked }, title);
      };
      const [files, texts] = [false, true].map((isCopied) => forms.filter((form) => form.copy === isCopied).map(button));
      saves.replaceChildren("Save as ", ...files, " or copy as ", ...texts);
    },
    /** @param {Exported} exported */
    exported(exported) {
      if (exported.view !== view) return;
      shareNote.textContent = exported.note;
      copied.hidden = true;
      if (exported.name) save(exported);
      else void copyLink(exported);
    },
  };
}
