// A revealed personal value (.c-masked with data-remask="138****6021" data-seconds="30") covers itself again.

function arm(value) {
  if (value.dataset.armed) return;
  value.dataset.armed = "1";
  setTimeout(() => {
    const text = value.querySelector("[data-value]");
    if (text) text.textContent = value.dataset.remask;
    value.removeAttribute("data-remask");
  }, Number(value.dataset.seconds || 30) * 1000);
}

const armAll = () => document.querySelectorAll("[data-remask]").forEach(arm);

document.addEventListener("htmx:afterSettle", armAll);
armAll();
