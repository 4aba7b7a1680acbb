// Short notices at the lower right. The server sends one with the header
//   HX-Trigger: {"toast": {"text": "已办结", "tone": "done", "url": "/…", "label": "撤销"}}
// and a module with document.dispatchEvent(new CustomEvent("toast", {detail: {…}})).
// The markup is the <template id="toast-template"> of base.html, so that it exists once, in components/toast.html.

const SECONDS = 10;

function build(detail) {
  const template = document.getElementById("toast-template");
  const toast = template.content.firstElementChild.cloneNode(true);
  const link = toast.querySelector("a");
  if (detail.tone === "over") {
    toast.classList.add("c-toast--over");
    const use = toast.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, "#alert-octagon"));
  }
  toast.querySelector(".c-toast__text").textContent = detail.text;
  if (detail.url && detail.label) {
    link.href = detail.url;
    link.textContent = detail.label;
  } else {
    link.remove();
  }
  return toast;
}

function leaveLater(toast) {
  let left = SECONDS;
  const tick = setInterval(() => {
    // WCAG 2.2.1: it stays while someone reads or uses it.
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0 || !toast.isConnected) {
      clearInterval(tick);
      toast.remove();
    }
  }, 1000);
}

document.addEventListener("toast", (event) => {
  const region = document.getElementById("toasts");
  if (!region || !event.detail || !event.detail.text) return;
  const toast = build(event.detail);
  region.append(toast);
  // What went wrong stays until it is dismissed.
  if (event.detail.tone !== "over") leaveLater(toast);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest(".c-toast, .c-note").remove();
});

// A request that failed without an answer of ours: say so instead of doing nothing.
function failed() {
  const region = document.getElementById("toasts");
  if (region && region.dataset.failed) {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: region.dataset.failed, tone: "over" } }));
  }
}

document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Redirect")) failed();
});
