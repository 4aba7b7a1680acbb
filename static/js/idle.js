// <dialog id="idle" data-minutes data-alive data-login>: five minutes before the session ends for idleness the page asks
// whether the person is still there; all tabs share one count, since any of them keeps the session alive.

const dialog = document.getElementById("idle");
const KEY = "zhiheng-seen";
const WARN = 5;

function seen() {
  try {
    localStorage.setItem(KEY, String(Date.now()));
  } catch (error) {
    own = Date.now();
  }
}

let own = Date.now();

function last() {
  try {
    return Number(localStorage.getItem(KEY)) || own;
  } catch (error) {
    return own;
  }
}

function close() {
  if (dialog.open) dialog.close();
}

function look() {
  const total = Number(dialog.dataset.minutes) * 60;
  const left = Math.ceil(total - (Date.now() - last()) / 1000);
  if (left <= 0) {
    window.location.assign(`${dialog.dataset.login}?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
    return;
  }
  if (left > Math.min(WARN * 60, total / 2)) {
    close();
    return;
  }
  const minutes = Math.floor(left / 60);
  dialog.querySelector("[data-left]").textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
  if (!dialog.open && dialog.showModal) dialog.showModal();
}

if (dialog) {
  seen();
  document.addEventListener("htmx:afterRequest", seen);
  dialog.querySelector("[data-stay]").addEventListener("click", async () => {
    const answer = await fetch(dialog.dataset.alive, { credentials: "same-origin" });
    if (answer.ok) seen();
    close();
    look();
  });
  window.setInterval(look, 1000);
}
