(function () {
  "use strict";
  var page = document.documentElement;
  var table = document.getElementById("lines");
  var lines = table ? Array.prototype.slice.call(table.tBodies) : [];
  var search = document.getElementById("search");
  var law = document.getElementById("law");
  var sorting = document.getElementById("sorting");
  var shown = document.getElementById("shown");
  var nothing = document.getElementById("nothing");
  var boxes = Array.prototype.slice.call(document.querySelectorAll("input[name=answer]"));
  var texts = new Map();

  function say(element, name) { return element.getAttribute("data-" + name + "-" + page.dataset.lang); }

  function language(code) {
    page.dataset.lang = code;
    page.lang = code === "zh" ? "zh-Hans" : "en";
    document.querySelectorAll("[data-lang-choice]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.langChoice === code));
    });
    document.querySelectorAll("[data-text-en]").forEach(function (e) { e.textContent = say(e, "text"); });
    document.querySelectorAll("[data-label-en]").forEach(function (e) { e.setAttribute("aria-label", say(e, "label")); });
    document.querySelectorAll("[data-hint-en]").forEach(function (e) { e.placeholder = say(e, "hint"); });
    count();
    try { localStorage.setItem("lotgate-language", code); } catch (refused) { /* a file without storage keeps English */ }
  }

  function text(line) {
    if (!texts.has(line)) { texts.set(line, line.textContent.toLowerCase()); }
    return texts.get(line);
  }

  function count() {
    if (!shown) { return; }
    var left = lines.filter(function (line) { return !line.hidden; }).length;
    shown.textContent = say(shown, "form").replace("{n}", left.toLocaleString("en")).replace("{all}", lines.length.toLocaleString("en"));
    nothing.hidden = left > 0;
  }

  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var wanted = boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    lines.forEach(function (line) {
      var answer = line.getAttribute(law.value ? "data-" + law.value : "data-answer");
      line.hidden = wanted.indexOf(answer) < 0 || !words.every(function (word) { return text(line).indexOf(word) >= 0; });
    });
    count();
  }

  var order = new Intl.Collator(["zh-Hans", "en"], { numeric: true, sensitivity: "base" });

  function sort(key, descending) {
    var sorted = lines.map(function (line, place) {
      var own = line.getAttribute("data-" + key) || line.getAttribute("data-" + key + "-" + page.dataset.lang) || "";
      return { line: line, key: own, place: place };
    });
    sorted.sort(function (a, b) {
      if (!a.key !== !b.key) { return a.key ? -1 : 1; }
      return (descending ? -1 : 1) * order.compare(a.key, b.key) || a.place - b.place;
    });
    var all = document.createDocumentFragment();
    sorted.forEach(function (one) { all.appendChild(one.line); });
    table.appendChild(all);
    table.querySelectorAll("th[data-sort]").forEach(function (head) {
      if (head.dataset.sort === key) { head.setAttribute("aria-sort", descending ? "descending" : "ascending"); }
      else { head.setAttribute("aria-sort", "none"); }
    });
    if (sorting) { sorting.value = key; }
  }

  function heads() {
    table.querySelectorAll("th[data-sort]").forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        sort(head.dataset.sort, head.getAttribute("aria-sort") === "ascending");
      });
    });
  }

  function openAll(open) {
    lines.forEach(function (line) {
      var details = line.querySelector("details");
      if (details && !line.hidden) { details.open = open; }
    });
  }

  document.querySelectorAll("[data-lang-choice]").forEach(function (button) {
    button.addEventListener("click", function () { language(button.dataset.langChoice); });
  });
  if (table) {
    var waiting = 0;
    search.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
    law.addEventListener("change", filter);
    boxes.forEach(function (box) { box.addEventListener("change", filter); });
    sorting.addEventListener("change", function () { sort(sorting.value, false); });
    document.getElementById("open-all").addEventListener("click", function () { openAll(true); });
    document.getElementById("close-all").addEventListener("click", function () { openAll(false); });
    document.getElementById("print").addEventListener("click", function () { window.print(); });
    heads();
  }
  var wanted = /(?:^#|&)lang=(en|zh)/.exec(location.hash);
  var kept = null;
  try { kept = localStorage.getItem("lotgate-language"); } catch (refused) { kept = null; }
  language(wanted ? wanted[1] : kept === "en" || kept === "zh" ? kept : page.dataset.lang);
})();
