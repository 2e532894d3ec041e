// Says how far this device's clock is from the clinic's, when it is in another zone. Times on the page stay the clinic's.
const minutesIn = (zone, at) => {
  const said = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(at);
  const part = (name) => Number(said.find((one) => one.type === name).value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")) / 60000;
};
for (const place of document.querySelectorAll("[data-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = new Date(Number(place.dataset.at) || Date.now());
  const apart = minutesIn(own, at) - minutesIn(place.dataset.zone, at);
  if (apart) {
    const much = Math.abs(apart);
    const words = `${Math.floor(much / 60)} h${much % 60 ? ` ${much % 60} min` : ""}`;
    const side = (apart > 0 ? place.dataset.ahead : place.dataset.behind).replace("%n%", words);
    place.textContent = place.dataset.words.replace("%zone%", own.replace("_", " ")).replace("%difference%", side);
    place.hidden = false;
  }
}
