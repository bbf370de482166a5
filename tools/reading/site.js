// Labs in a page are light or dark as the page is; a frame cannot see what its reader chose there.

const root = document.documentElement;
const frames = document.querySelectorAll(".lab-frame iframe");

function tell() {
  for (const frame of frames) frame.contentWindow.postMessage({ theme: root.dataset.theme }, "*");
}

for (const frame of frames) frame.addEventListener("load", tell);
new MutationObserver(tell).observe(root, { attributeFilter: ["data-theme"] });
tell();
