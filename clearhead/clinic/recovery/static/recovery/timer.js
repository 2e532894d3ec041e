// Counts the observation down from the server's own time; the device's clock is never asked.
export function countDown(root = document) {
  const begun = performance.now();
  for (const shown of root.querySelectorAll("[data-countdown]")) {
    const left = Date.parse(shown.dataset.countdown) - Date.parse(shown.dataset.now);
    if (Number.isNaN(left) || left <= 0) continue;
    const tick = () => {
      if (!shown.isConnected) return;
      const minutes = Math.ceil((left - (performance.now() - begun)) / 60000);
      const clock = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}` : `${minutes} min`;
      shown.textContent = minutes > 0 ? `${clock} ${shown.dataset.left}` : shown.dataset.over;
      if (minutes > 0) setTimeout(tick, 5000);
    };
    tick();
  }
}
