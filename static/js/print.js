// <button data-print hidden> prints the page; without this file it stays hidden and the browser's own menu prints.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
