// Labs in a page are light or dark as the page is, for a frame cannot see what its reader chose there; and a frame grows
// with its lab, up to what a window shows, so that nothing in it need be scrolled.

const root = document.documentElement;
const frames = document.querySelectorAll(".lab-frame iframe");

function tell() {
  for (const frame of frames) frame.contentWindow.postMessage({ theme: root.dataset.theme }, "*");
}

for (const frame of frames) frame.addEventListener("load", tell);
new MutationObserver(tell).observe(root, { attributeFilter: ["data-theme"] });
tell();

const MOST = 60; // rem

addEventListener("message", ({ data, source }) => {
  const frame = [...frames].find(({ contentWindow }) => contentWindow === source);
  if (!frame || !Number.isFinite(data?.height)) return;
  const most = MOST * parseFloat(getComputedStyle(root).fontSize);
  const edges = frame.offsetHeight - frame.clientHeight;
  // it never shrinks: what is below would jump, and a lab that is given less takes less
  if (data.height > frame.clientHeight) frame.style.height = `${Math.min(data.height + edges, most)}px`;
});

// What is wider than its place is moved by the arrow keys, too: not every browser lets the focus in by itself.
function letKeysIn() {
  for (const element of document.querySelectorAll(".cell_output, .cell_output div")) {
    const isMoved = element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto";
    if (isMoved) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
}

addEventListener("load", letKeysIn);
addEventListener("resize", letKeysIn);
document.addEventListener("toggle", letKeysIn, true); // what was folded away has no width until it is opened

// Sphinx shows below each result where the word stands in that page, and fetches the page for it. On the disk no page may
// fetch another, so there the words of all pages come as a script.
if (location.protocol === "file:" && document.getElementById("search-results")) {
  const script = document.createElement("script");
  script.src = new URL("words.js", document.currentScript?.src ?? document.querySelector('script[src*="site.js"]').src);
  const come = new Promise((resolve) => script.addEventListener("load", resolve));
  document.head.append(script);
  const home = new URL(root.dataset.content_root ?? "./", location.href).href;
  window.fetch = async (url) => {
    await come;
    const page = new URL(url, location.href).href.slice(home.length).replace(/\.html$/, "");
    const main = document.createElement("main");
    main.setAttribute("role", "main");
    main.textContent = wordsOfPages[page] ?? "";
    return { text: async () => main.outerHTML };
  };
}
