/* Small conveniences; every page works without them. */
(function () {
  "use strict";

  // A filter applies as soon as one of its lists changes.
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-apply]");
    if (form && event.target.matches("select")) form.submit();
  });

  // A form that takes a while is sent once, however often its button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    // The button may stand outside of its form.
    var pressed = event.submitter;
    var button = pressed && pressed.dataset.busy ? pressed : form.querySelector("button[data-busy]");
    if (button) { button.textContent = button.dataset.busy; button.setAttribute("aria-busy", "true"); }
  });

  // The back button brings a page back as it was left: let its forms be sent again.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    Array.prototype.forEach.call(document.querySelectorAll("form[data-sent]"), function (form) {
      delete form.dataset.sent;
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
