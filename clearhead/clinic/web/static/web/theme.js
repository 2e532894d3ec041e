// The theme is remembered per device. Loaded first and blocking, so that no page flashes bright.
const root = document.documentElement;
const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
if (stored && !root.hasAttribute("data-theme-fixed")) root.dataset.theme = stored;
addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-theme]");
  if (!button) return;
  const order = ["paper", "dim", "attack"];
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme || (dark ? "dim" : "paper");
  const next = order[(order.indexOf(now) + 1) % order.length];
  root.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* private window: the choice lasts for this page */ }
  button.querySelector("[data-theme-name]").textContent = next;
});
addEventListener("DOMContentLoaded", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.querySelector(".topbar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const name = document.querySelector("[data-theme-name]");
  if (name) name.textContent = root.dataset.theme || (dark ? "dim" : "paper");
});
