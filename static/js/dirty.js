// <form data-dirty>: leaving the page with unsaved changes asks first. Sending the form, by page or by htmx, is not leaving.

const changed = new Set();

function note(event) {
  const form = event.target.closest ? event.target.closest("form[data-dirty]") : null;
  if (form) changed.add(form);
}

function forget(event) {
  const form = event.target.closest ? event.target.closest("form") : null;
  if (form) changed.delete(form);
}

document.addEventListener("input", note);
document.addEventListener("change", note);
document.addEventListener("submit", forget);
document.addEventListener("reset", forget);
document.addEventListener("htmx:afterSwap", () => {
  changed.forEach((form) => {
    if (!form.isConnected) changed.delete(form);
  });
});
window.addEventListener("beforeunload", (event) => {
  if (changed.size) {
    event.preventDefault();
    event.returnValue = "";
  }
});
