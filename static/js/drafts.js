// <form data-draft>: what is typed is kept on the server within ten seconds and comes back when the form is opened again,
// also after the session ended. Hidden fields, files and passwords are never kept. Sent, the form takes its draft with it.

const WAIT = 4000;
const waiting = new WeakMap();
const address = document.body.dataset.drafts;

function nameOf(form) {
  return form.getAttribute("action") || window.location.pathname + window.location.search;
}

function kept(field) {
  return field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type) && !field.disabled;
}

function valuesOf(form) {
  const sent = new FormData();
  sent.set("draft_of", nameOf(form));
  sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  Array.from(form.elements).forEach((field) => {
    if (!kept(field)) return;
    if (["checkbox", "radio"].includes(field.type)) {
      if (field.checked) sent.append(field.name, field.value);
    } else if (field.type === "select-multiple") {
      Array.from(field.selectedOptions).forEach((option) => sent.append(field.name, option.value));
    } else {
      sent.append(field.name, field.value);
    }
  });
  return sent;
}

function say(form, text, drop) {
  let line = form.querySelector("[data-draft-line]");
  if (!line) {
    line = document.createElement("div");
    line.className = "c-draft";
    line.dataset.draftLine = "";
    line.setAttribute("role", "status");
    const foot = form.querySelector(".c-form__foot");
    if (foot) foot.before(line);
    else form.append(line);
  }
  line.textContent = text;
  if (!drop) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "c-btn c-btn--small";
  button.textContent = document.body.dataset.draftsDrop;
  button.addEventListener("click", () => give_up(form));
  line.append(button);
}

async function give_up(form) {
  const sent = new FormData();
  sent.set("draft_of", nameOf(form));
  sent.set("draft_drop", "1");
  sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(address, { method: "POST", body: sent, credentials: "same-origin" });
  if (!answer.ok) return;
  form.reset();
  say(form, document.body.dataset.draftsGone);
}

async function save(form) {
  if (!form.isConnected || form.dataset.draftSent) return;
  try {
    const answer = await fetch(address, { method: "POST", body: valuesOf(form), credentials: "same-origin" });
    const told = await answer.json();
    if (told.at) say(form, document.body.dataset.draftsSaved.replace("%s", told.at));
    else if (told.error) say(form, told.error);
  } catch (error) {
    // Not reached: the words still stand in the form, the next change tries again.
  }
}

function put(form, values) {
  Array.from(form.elements).forEach((field) => {
    if (!kept(field)) return;
    const texts = (values[field.name] || []).slice();
    if (["checkbox", "radio"].includes(field.type)) field.checked = texts.includes(field.value);
    else if (field.type === "select-multiple") Array.from(field.options).forEach((option) => { option.selected = texts.includes(option.value); });
    else if (field.name in values) {
      const same = Array.from(form.elements).filter((other) => other.name === field.name && kept(other));
      field.value = texts[same.indexOf(field)] || "";
    }
  });
}

async function restore(form) {
  if (form.dataset.draftReady) return;
  form.dataset.draftReady = "1";
  const mark = document.createElement("input");
  mark.type = "hidden";
  mark.name = "draft_of";
  mark.value = nameOf(form);
  form.append(mark);
  // What came back refused shows what was typed just now.
  if (form.querySelector("[data-errors], .c-field--bad")) return;
  try {
    const answer = await fetch(`${address}?form=${encodeURIComponent(nameOf(form))}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    const told = await answer.json();
    if (!told.values) return;
    put(form, told.values);
    say(form, document.body.dataset.draftsRestored.replace("%s", told.at), true);
  } catch (error) {
    // Without the draft the form is what it was.
  }
}

function begin() {
  document.querySelectorAll("form[data-draft]").forEach(restore);
}

if (address) {
  begin();
  document.addEventListener("htmx:afterSettle", begin);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form || !kept(event.target)) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), WAIT));
  });
  document.addEventListener("submit", (event) => {
    clearTimeout(waiting.get(event.target));
  });
}
