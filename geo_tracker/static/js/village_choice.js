/* Offers villages while somebody types a name; the form works without it. */
(function () {
  "use strict";
  var field = document.querySelector("[data-suggest]");
  if (!field || !window.fetch) return;
  var waiting = 0;
  var asked = "";

  function show(found) {
    field.list.textContent = "";
    found.forEach(function (village) {
      var option = document.createElement("option");
      option.value = village.name;
      option.label = [village.town, village.note].filter(Boolean).join(" · ");
      field.list.appendChild(option);
    });
  }

  field.addEventListener("input", function () {
    clearTimeout(waiting);
    var typed = field.value.trim();
    if (!typed || typed === asked) return;
    waiting = setTimeout(function () {
      asked = typed;
      fetch(field.dataset.suggest + "?q=" + encodeURIComponent(typed), { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : []; })
        .then(function (found) { if (typed === asked) show(found); })
        .catch(function () { /* nothing is offered; the name can be typed in full */ });
    }, 200);
  });
})();
