// <button data-copy="text" data-copied="已复制案号"> puts the text on the clipboard and says so.
// An intranet without TLS has no navigator.clipboard: the old way stands in.

function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "c-vh";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done ? Promise.resolve() : Promise.reject(new Error("copy refused"));
}

function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text).catch(() => copyOldWay(text));
  }
  return copyOldWay(text);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  copy(button.dataset.copy).then(
    () => document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tone: "done" } })),
    () => document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.failed, tone: "over" } })),
  );
  button.focus();
});
