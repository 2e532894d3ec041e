// How much of the ten minutes is left, by the clinic's clock: the device's own clock may be wrong.
for (const place of document.querySelectorAll("[data-until]")) {
  const ends = performance.now() + (Number(place.dataset.until) - Number(place.dataset.now));
  const show = () => {
    const left = Math.max(0, Math.floor((ends - performance.now()) / 1000));
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    place.textContent = left ? place.dataset.left.replace("%time%", clock) : place.dataset.over;
    if (!left) {
      clearInterval(timer);
      place.setAttribute("role", "alert");
    }
  };
  const timer = setInterval(show, 1000);
  show();
}
