// Keyboard: `/` and Ctrl+K go to the search box, J/K move through rows, Enter opens a row, X ticks it; any element with
// data-key="…" is clicked by that key. Single keys work only when no field has the focus and no input method is
// composing; <body data-keys="off"> (a person's choice, WCAG 2.1.4) switches all of them off.

const EDITABLE = "input, textarea, select, [contenteditable='true']";
const NATIVE = "a, button, summary, [role='button']";

const rows = () => Array.from(document.querySelectorAll("[data-row]"));
const currentRow = () => (document.activeElement ? document.activeElement.closest("[data-row]") : null);

function focusSearch() {
  const box = document.querySelector("[data-search]");
  if (box) {
    box.focus();
    box.select();
  }
  return Boolean(box);
}

function moveTo(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(currentRow());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[next].tabIndex = -1;
  all[next].focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function openRow() {
  const row = document.activeElement;
  const link = row && row.matches("[data-row]") ? row.querySelector("[data-open]") : null;
  if (link) link.click();
  return Boolean(link);
}

function tickRow() {
  const row = currentRow();
  const box = row ? row.querySelector("[data-select]") : null;
  if (box) box.click();
  return Boolean(box);
}

function clickKey(key) {
  const target = Array.from(document.querySelectorAll("[data-key]")).find((item) => item.dataset.key.toLowerCase() === key);
  if (target) target.click();
  return Boolean(target);
}

const ACTS = { "/": focusSearch, j: () => moveTo(1), k: () => moveTo(-1), x: tickRow };

function act(event) {
  const key = event.key.toLowerCase();
  if (key === "enter") return document.activeElement.closest(NATIVE) ? false : openRow();
  return (Object.prototype.hasOwnProperty.call(ACTS, key) && ACTS[key]()) || clickKey(key);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (document.body.dataset.keys === "off") return;
  if (event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey && event.key.toLowerCase() === "k") {
    if (focusSearch()) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(EDITABLE)) return;
  if (document.querySelector("dialog[open]")) return;
  if (act(event)) event.preventDefault();
});

// Ctrl+Enter inside <form data-submit-key> sends it.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.ctrlKey) return;
  const form = event.target.closest("form[data-submit-key]");
  if (form) {
    event.preventDefault();
    form.requestSubmit();
  }
});
