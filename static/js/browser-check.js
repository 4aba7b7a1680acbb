// Old script on purpose: a browser older than Chromium 92 must be able to run it and say that it is too old.
(function () {
  "use strict";
  if (typeof Array.prototype.at === "function") return;
  document.addEventListener("DOMContentLoaded", function () {
    var notice = document.getElementById("old-browser");
    if (notice) notice.removeAttribute("hidden");
  });
})();
