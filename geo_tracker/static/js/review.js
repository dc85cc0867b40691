/* Deciding by keyboard on the page of a case. Everything here can be done by mouse as well. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-review]");
  var note = form && form.querySelector("[name=note]");
  var hint = form && form.querySelector("[data-hint]");
  var usual = hint && hint.textContent;
  var letters = { a: "accept", c: "choose", s: "split", r: "reject", n: "note" };

  function kinds() { return form.querySelectorAll("[name=kind]"); }
  function kind() { var chosen = form.querySelector("[name=kind]:checked"); return chosen ? chosen.value : ""; }
  function boxes() { return document.querySelectorAll("input[name=to]"); }
  function ticked() { return document.querySelectorAll("input[name=to]:checked"); }
  function takesVillages() { return kind() === "choose" || kind() === "split"; }
  function clearTicks() { boxes().forEach(function (box) { box.checked = false; }); }

  function isTyping(target) {
    return target.isContentEditable || target.matches("textarea, select") ||
      (target.matches("input") && !target.matches("[type=radio], [type=checkbox]"));
  }

  /* What is still lacking before the decision can be sent: a text to show, or nothing. */
  function lacking() {
    var reasonNeeded = takesVillages() || kind() === "reject" ||
      (kind() === "accept" && form.hasAttribute("data-reason-needed"));
    if (kind() === "choose" && ticked().length !== 1) return form.dataset.textChoose;
    if (kind() === "split" && ticked().length < 2) return form.dataset.textSplit;
    if (kind() === "note" && !note.value.trim()) return form.dataset.textNote;
    if (reasonNeeded && !note.value.trim()) return form.dataset.textReason;
    return "";
  }

  function show() {
    hint.textContent = kind() ? lacking() || form.dataset.textConfirm : usual;
    boxes().forEach(function (box) {
      box.closest("tr").classList.toggle("gt-here", box.checked);
    });
    document.documentElement.dataset.reviewKind = kind();
  }

  function choose(wanted) {
    kinds().forEach(function (radio) { radio.checked = radio.value === wanted; });
    if (!takesVillages()) clearTicks();
    if (wanted === "choose" && ticked().length > 1) clearTicks();
    show();
    if (wanted === "note") note.focus();
  }

  function pick(number) {
    var row = document.querySelector('[data-alternative="' + number + '"]');
    var box = row && row.querySelector("input[name=to]");
    if (!box || !takesVillages()) return;
    var was = box.checked;
    if (kind() === "choose") clearTicks();
    box.checked = kind() === "choose" || !was;
    show();
  }

  function confirm() {
    if (!kind()) return;
    var text = lacking();
    show();
    if (!text) { form.requestSubmit(); return; }
    if (text === form.dataset.textReason || text === form.dataset.textNote) note.focus();
  }

  function cancel() {
    kinds().forEach(function (radio) { radio.checked = false; });
    clearTicks();
    if (document.activeElement) document.activeElement.blur();
    show();
  }

  function toggleKeys() {
    var keys = document.getElementById("keys");
    keys.hidden = !keys.hidden;
    document.querySelector("[data-keys]").setAttribute("aria-expanded", String(!keys.hidden));
  }

  function follow(selector) {
    var link = document.querySelector(selector);
    if (link) link.click();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var target = event.target;
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (isTyping(target)) {
      if (key === "Escape") target.blur();
      return;
    }
    if (key === "?") toggleKeys();
    else if (key === "j" || (key === "ArrowRight" && !target.matches("input"))) follow("[data-next]");
    else if (key === "k" || (key === "ArrowLeft" && !target.matches("input"))) follow("[data-previous]");
    else if (key === "u") follow("[data-undo]");
    else if (!form) return;
    else if (letters[key]) choose(letters[key]);
    else if (/^[1-9]$/.test(key)) pick(key);
    else if (key === "Escape") cancel();
    else if (key === "Enter" && !target.matches("a, button, summary")) confirm();
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-keys]")) toggleKeys();
  });
  if (!form) return;

  document.addEventListener("change", function (event) {
    var box = event.target;
    if (box.matches("input[name=to]")) {
      // A tick says that one is chosen, a second that it was divided.
      if (box.checked && !takesVillages()) choose("choose");
      if (kind() === "choose" && ticked().length > 1) choose("split");
    }
    if (box.matches("[name=kind]") && !takesVillages()) clearTicks();
    show();
  });
  note.addEventListener("input", show);
  form.addEventListener("submit", function (event) {
    var text = lacking();
    if (!text) return;
    event.preventDefault();
    // Nor is it sent in the eyes of app.js.
    event.stopPropagation();
    show();
    hint.classList.add("gt-lacking");
    if (text === form.dataset.textReason || text === form.dataset.textNote) note.focus();
  });
  show();
})();
