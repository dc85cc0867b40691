/* Adds rows for conditions to the form of a policy; without it there are a few empty ones. */
(function () {
  "use strict";
  var button = document.querySelector("[data-add-row]");
  var list = document.querySelector("[data-rows]");
  if (!button || !list) return;

  function rows() {
    return list.querySelectorAll("[data-row]");
  }

  function limit() {
    button.hidden = rows().length >= Number(list.dataset.rows);
  }

  button.addEventListener("click", function () {
    var all = rows();
    var added = all[all.length - 1].cloneNode(true);
    added.querySelectorAll("select").forEach(function (field) { field.selectedIndex = 0; });
    var value = added.querySelector("input");
    value.value = "";
    value.classList.remove("is-invalid");
    added.querySelectorAll(".invalid-feedback").forEach(function (error) { error.remove(); });
    list.appendChild(added);
    added.querySelector("select").focus();
    limit();
  });
  limit();
})();
