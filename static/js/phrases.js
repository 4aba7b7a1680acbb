// <details data-phrases> in a form: a click on a phrase puts its words into the text field that was used last, else the first.

const last = new WeakMap();
const TEXTS = "textarea, input[type='text']";

document.addEventListener("focusin", (event) => {
  if (event.target.matches(TEXTS) && event.target.form) last.set(event.target.form, event.target);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-phrase]");
  const form = button && button.closest("form");
  if (!form) return;
  const kept = last.get(form);
  const field = kept && kept.isConnected ? kept : form.querySelector("textarea") || form.querySelector("input[type='text']");
  if (!field) return;
  const at = document.activeElement === field || kept === field ? field.selectionEnd : field.value.length;
  field.value = field.value.slice(0, at) + button.dataset.phrase + field.value.slice(at);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.selectionStart = field.selectionEnd = at + button.dataset.phrase.length;
});
