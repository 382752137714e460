// Small conveniences; every page works without them.
document.documentElement.classList.add("js");

// A form that changes something is sent once: a second press waits for the answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});

// A job's page reloads its progress until it has ended.
const job = document.querySelector("[data-poll]");
if (job) {
  const again = async () => {
    const answer = await fetch(job.dataset.poll, { headers: { "X-Part": "1" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const text = await answer.text();
    if (answer.headers.get("X-Done")) { location.reload(); return; }
    job.innerHTML = text;
    setTimeout(again, 1000);
  };
  setTimeout(again, 1000);
}

// Menus opened by `details` close with Escape and when the focus leaves them.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.who[open]").forEach((one) => { one.open = false; });
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.who[open]").forEach((one) => { if (!one.contains(event.target)) one.open = false; });
});

// Filters send themselves when a choice changes.
document.querySelectorAll("form.filters select").forEach((one) => one.addEventListener("change", () => one.form.requestSubmit()));

// On a narrow screen the menu scrolls: the page one is on comes into view.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
