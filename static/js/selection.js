// Ticking rows: <form data-bulk> holds the list; the bar [data-bulk-bar] shows only when something is ticked and
// [data-bulk-count] says how many. Without this file the bar is always there and the server counts.

function refresh(form) {
  const boxes = Array.from(form.querySelectorAll("[data-select]"));
  const ticked = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-bulk-bar]");
  const all = form.querySelector("[data-select-all]");
  if (bar) {
    bar.hidden = ticked === 0;
    const count = bar.querySelector("[data-bulk-count]");
    if (count) count.textContent = count.dataset.bulkCount.replace("{n}", String(ticked));
  }
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  boxes.forEach((box) => {
    const row = box.closest("[data-row]");
    if (row) row.classList.toggle("c-table__row--selected", box.checked);
  });
}

const forms = () => document.querySelectorAll("form[data-bulk]");

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) {
    form.querySelectorAll("[data-select]").forEach((box) => {
      box.checked = event.target.checked;
    });
  }
  refresh(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-select-none]");
  if (!button) return;
  event.preventDefault();
  const form = button.closest("form[data-bulk]");
  form.querySelectorAll("[data-select]").forEach((box) => {
    box.checked = false;
  });
  refresh(form);
});

document.addEventListener("htmx:afterSettle", () => forms().forEach(refresh));
forms().forEach(refresh);
