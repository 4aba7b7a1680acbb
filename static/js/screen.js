// The big screen asks for its body every data-refresh seconds. When nothing has come for three times as long it says so:
// old figures are never shown as live. The age is counted from when the page last succeeded, by this machine's own ticks;
// so is the time of day, from the server's: what hangs on the wall is not trusted to know it.
const minute = "分钟";
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
let succeeded = performance.now();
let asked = succeeded;
let held = false;

const screen = () => document.getElementById("screen");
const every = () => Number(screen().dataset.refresh) * 1000;

function tick() {
  const now = performance.now();
  const body = screen();
  const age = now - succeeded;
  const isStale = age > 3 * every();
  body.classList.toggle("c-s-stale", isStale);
  body.classList.toggle("c-s-held", held);
  body.querySelector("[data-minutes]").textContent = `${Math.floor(age / 60000)} ${minute}`;
  const left = Math.max(0, Math.ceil((asked + every() - now) / 1000));
  body.querySelector("[data-count]").textContent = held ? "" : `${left} 秒后刷新`;
  const hold = body.querySelector("[data-hold]");
  const words = held ? hold.dataset.on : hold.dataset.off;
  if (hold.textContent !== words) hold.textContent = words;
  body.querySelector("[data-clock]").textContent = clock.format(Date.parse(body.dataset.now) + age);
  if (!held && now - asked >= every()) {
    asked = now;
    body.dispatchEvent(new Event("refresh"));
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-hold]")) {
    held = !held;
    tick();
  }
});
document.body.addEventListener("htmx:afterSwap", () => {
  succeeded = performance.now();
  tick();
});
setInterval(tick, 1000);
tick();
