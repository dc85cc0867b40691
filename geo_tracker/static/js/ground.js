/* Map and list of places in the preview of boundaries: from the row to the place and back. */
(function () {
  "use strict";

  var box = document.querySelector("[data-ground]");
  var svg = box && box.querySelector("svg");
  var image = document.querySelector("[data-close-up]");
  var text = document.querySelector("[data-close-up-text]");
  var chosen = null;
  var whole = svg ? numbers(svg.getAttribute("data-whole")) : null;
  var view = whole;

  function numbers(words) { return words.split(" ").map(Number); }

  function look(to) {
    view = to;
    svg.setAttribute("viewBox", to.join(" "));
    // Marks keep their size on the screen, however close one looks.
    var scale = to[2] / whole[2];
    Array.prototype.forEach.call(svg.querySelectorAll(".gt-mark circle"), function (circle) {
      var own = circle.dataset.r || (circle.dataset.r = circle.getAttribute("r"));
      var here = circle.parentNode.classList.contains("gt-mark-here");
      circle.setAttribute("r", own * scale * (here ? 1.6 : 1));
      circle.setAttribute("stroke-width", 6 * scale);
    });
  }

  function closer(factor, x, y) {
    var least = whole[2] / 400;
    var width = Math.min(whole[2], Math.max(least, view[2] * factor));
    if (width >= whole[2]) { look(whole); return; }
    var height = width * whole[3] / whole[2];
    look([x - width / 2, y - height / 2, width, height]);
  }

  function show(place, scroll) {
    var row = document.getElementById("place-" + place);
    if (!row) return;
    Array.prototype.forEach.call(document.querySelectorAll(".gt-here[data-place]"), function (other) {
      other.classList.remove("gt-here");
    });
    row.classList.add("gt-here");
    // Only inside of the list: the map stays in sight.
    if (scroll) {
      var list = row.closest(".gt-places");
      list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top - 60;
    }
    if (image) image.src = row.querySelector("[data-show]").href;
    if (text) text.textContent = Number(place) + 1 + " · " + row.querySelector("[data-what]").textContent;
    chosen = svg && svg.querySelector('.gt-mark[data-place="' + place + '"]');
    if (!chosen) return;
    Array.prototype.forEach.call(svg.querySelectorAll(".gt-mark-here"), function (other) {
      other.classList.remove("gt-mark-here");
    });
    chosen.classList.add("gt-mark-here");
    chosen.parentNode.appendChild(chosen);
    look(view);
  }

  function goTo(place) {
    show(place, true);
    if (!chosen) return;
    var circle = chosen.querySelector("circle");
    view = whole;
    closer(0.2, Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy")));
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-show]");
    var row = event.target.closest("tr[data-place]");
    var mark = event.target.closest(".gt-mark");
    var zoom = event.target.closest("[data-zoom]");
    if (mark) {
      show(mark.dataset.place, true);
    } else if (link || (row && !event.target.closest("a, label, input"))) {
      event.preventDefault();
      goTo(link && link.dataset.show ? link.dataset.show : row.dataset.place);
      if (box) box.scrollIntoView({ block: "nearest" });
    } else if (zoom && svg) {
      if (zoom.dataset.zoom === "whole") { look(whole); return; }
      var circle = chosen && chosen.querySelector("circle");
      var x = circle ? Number(circle.getAttribute("cx")) : view[0] + view[2] / 2;
      var y = circle ? Number(circle.getAttribute("cy")) : view[1] + view[3] / 2;
      closer(zoom.dataset.zoom === "in" ? 0.5 : 2, x, y);
    }
  });

  document.addEventListener("keydown", function (event) {
    var mark = event.key === "Enter" && event.target.closest && event.target.closest(".gt-mark");
    if (mark) show(mark.dataset.place, true);
  });

  // Ticking a village means to mend the ticked ones.
  document.addEventListener("change", function (event) {
    if (event.target.name !== "repair_row") return;
    var some = document.querySelector('input[name="repairs"][value="some"]');
    if (some) some.checked = true;
  });
})();
