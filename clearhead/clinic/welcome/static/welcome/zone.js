// Says what a time of the clinic is on this device, when it is in another zone. Times on the page stay the clinic's.
const clock = (zone, at) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" }).format(at);
for (const place of document.querySelectorAll("[data-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = new Date(Number(place.dataset.at));
  const [here, there] = [clock(place.dataset.zone, at), clock(own, at)];
  if (here !== there) {
    const city = own.slice(own.lastIndexOf("/") + 1).replaceAll("_", " ");
    place.textContent = place.dataset.words.replace("%here%", here).replace("%there%", there).replace("%zone%", city);
    place.hidden = false;
  }
}
