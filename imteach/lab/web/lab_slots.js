// @ts-check
// Rows that stay in the page while what they say changes. A row that is made anew has to be styled and laid out anew,
// and that takes most of the time between a click and what comes of it.

/**
 * A row: `renew` gives it something else to say, `show` says what of that is so at a moment.
 * @template Item
 * @typedef {{element: HTMLElement, renew: (item: Item) => void, show: (t: number) => void}} Slot
 */

/**
 * Write a text, if another one stands there: what is written is laid out anew, even if it is the same.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * As many rows as there are things to say, behind what is in their place already. `slots` are those that are there.
 * @template Item
 * @template {Slot<Item>} Made
 * @param {HTMLElement} place
 * @param {() => Made} make
 */
export function makeSlots(place, make) {
  const end = place.appendChild(document.createComment("")); // other rows may come behind
  /** @type {Made[]} */
  const slots = [];

  /** @param {Item[]} items */
  function renew(items) {
    while (slots.length > items.length) slots.pop()?.element.remove();
    while (slots.length < items.length) {
      const slot = make();
      slots.push(slot);
      end.before(slot.element);
    }
    items.forEach((item, number) => slots[number].renew(item));
  }

  return {
    slots,
    renew,
    /** @param {number} t */
    show(t) {
      for (const slot of slots) slot.show(t);
    },
  };
}
