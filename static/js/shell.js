// The frame: the side navigation on narrow screens, menus that close, focus after a swap.
// Without this file the menu link still opens the navigation (:target) and <details> menus still open.

const side = document.getElementById("side");
const opener = document.querySelector("[data-side]");

function showSide(open) {
  side.classList.toggle("c-side--open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) {
    const first = side.querySelector("a");
    if (first) first.focus();
  } else {
    opener.focus();
  }
}

function prepareSide() {
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    showSide(!side.classList.contains("c-side--open"));
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      opener.click();
    }
  });
  document.querySelector("[data-side-close]").addEventListener("click", (event) => {
    event.preventDefault();
    showSide(false);
  });
  side.addEventListener("focusout", (event) => {
    const inside = event.relatedTarget && side.contains(event.relatedTarget);
    if (side.classList.contains("c-side--open") && event.relatedTarget && !inside) {
      side.classList.remove("c-side--open");
      opener.setAttribute("aria-expanded", "false");
    }
  });
}

if (side && opener) prepareSide();

// Where the page stands in a long navigation is seen without scrolling for it.
const here = side && side.querySelector("[aria-current]");
if (here && here.offsetTop + here.offsetHeight > side.clientHeight) {
  side.scrollTop = here.offsetTop - side.clientHeight / 2;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  putAway();
  const menu = document.querySelector("details.c-menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (side && side.classList.contains("c-side--open")) {
    showSide(false);
  }
});

// What a figure means stands over the page while it is pointed at or has the focus (WCAG 1.4.13): Escape puts it away.
function putAway() {
  document.querySelectorAll(".c-told:hover, .c-told:focus-within").forEach((told) => {
    told.classList.add("c-told--away");
    const again = () => told.classList.remove("c-told--away");
    told.addEventListener("pointerleave", again, { once: true });
    told.addEventListener("focusout", again, { once: true });
  });
}

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.c-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// What came back with errors, or says where to go on, gets the focus; samples (data-quiet) do not.
function focusIn(root) {
  const target = root.querySelector("[data-errors], [data-focus]");
  if (target && !target.closest("[data-quiet]")) {
    if (!target.matches("a, button, input, select, textarea")) target.tabIndex = -1;
    target.focus();
  }
}

// A node that an address leads to (下一件): the focus stands on its heading, unless something there is wrong.
function focusNode() {
  const node = window.location.hash.startsWith("#node-") && document.getElementById(window.location.hash.slice(1));
  const title = node && node.querySelector(".c-node__title a");
  if (title && !document.querySelector("[data-errors]")) title.focus({ preventScroll: true });
}

focusIn(document);
// Only once the browser has gone to the fragment itself, which takes the focus away: it does so in a frame of its own,
// on a quick page after the load event.
window.addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(focusNode)));
document.addEventListener("htmx:afterSettle", (event) => focusIn(event.detail.elt.parentElement || document));

// A link of the error summary to a group of choices goes to its first choice.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-errors] a[href^='#']");
  if (!link) return;
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const field = target && !target.matches("input, select, textarea") ? target.querySelector("input, select, textarea") : target;
  if (field) {
    event.preventDefault();
    field.focus();
  }
});
