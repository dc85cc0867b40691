/* Lists and forms of problems: choosing rows, looking up a village, the device's position.
   Everything works without it. */
(function () {
  "use strict";

  // One box chooses all rows of the page.
  var all = document.querySelector("[data-choose-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", function () {
      Array.prototype.forEach.call(document.querySelectorAll("[name=row]"), function (box) {
        box.checked = all.checked;
      });
    });
  }

  // Of the fields below a list only those of the chosen action are shown.
  var action = document.querySelector("#bulk-form [name=action]");
  function showFields() {
    Array.prototype.forEach.call(document.querySelectorAll("#bulk-form [data-for]"), function (part) {
      part.hidden = part.dataset.for.split(" ").indexOf(action.value) < 0;
    });
  }
  if (action) {
    action.addEventListener("change", showFields);
    showFields();
  }

  // Villages are suggested while one types; what was asked for last is shown, not what came last.
  var input = document.querySelector("[data-find]");
  var found = document.querySelector("[data-found]");
  var asked = 0;
  function line(village) {
    var label = document.createElement("label");
    label.className = "pb-village";
    var radio = document.createElement("input");
    radio.type = "radio";
    radio.name = "unit_id";
    radio.value = village.unit_id;
    radio.className = "form-check-input";
    var text = document.createElement("span");
    text.append(village.name);
    if (village.note) {
      var note = document.createElement("span");
      note.className = "gt-muted";
      note.textContent = " " + village.note;
      text.append(note);
    }
    var place = document.createElement("span");
    place.className = "gt-sub";
    place.textContent = (village.county || "—") + " · " + (village.town || "—");
    text.append(place);
    label.append(radio, text);
    return label;
  }
  function suggest() {
    var number = (asked += 1);
    var text = input.value.trim();
    if (!text) { found.textContent = ""; return; }
    fetch(input.dataset.find + "?q=" + encodeURIComponent(text), { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : []; })
      .then(function (villages) {
        if (number !== asked) return;
        found.textContent = "";
        villages.forEach(function (village) { found.append(line(village)); });
        if (villages.length === 1) found.querySelector("input").checked = true;
      })
      .catch(function () { /* The button still finds it. */ });
  }
  if (input && found && window.fetch) {
    var waiting = 0;
    input.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(suggest, 250);
    });
    // Enter looks the village up; it does not send the form half filled in.
    input.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); suggest(); }
    });
  }

  // The device is asked for its position only when somebody presses the button.
  var locate = document.querySelector("[data-locate]");
  if (locate && navigator.geolocation && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener("click", function () {
      var told = document.querySelector("[data-located]");
      navigator.geolocation.getCurrentPosition(function (position) {
        document.querySelector("[name=lon]").value = position.coords.longitude.toFixed(6);
        document.querySelector("[name=lat]").value = position.coords.latitude.toFixed(6);
        told.textContent = "± " + Math.round(position.coords.accuracy) + " m";
      }, function () { told.textContent = locate.dataset.failed; }, { enableHighAccuracy: true, timeout: 20000 });
    });
  }
})();
