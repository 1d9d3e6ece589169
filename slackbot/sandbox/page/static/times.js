// Times as Slack writes them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
const long = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const plainDay = new Intl.DateTimeFormat("en", { month: "long", day: "numeric", year: "numeric" });
const short = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", year: "numeric" });

/** A message's time of the day. */
export function timeOf(ts) {
  return clock.format(new Date(Number(ts) * 1000));
}

/** Everything about a moment, for a tooltip. */
export function fullTime(ts) {
  const when = new Date(Number(ts) * 1000);
  return `${long.format(when)} at ${clockSeconds.format(when)}`;
}

/** A number that differs for each day. */
export function dayNumber(ts) {
  const when = new Date(Number(ts) * 1000);
  return when.getFullYear() * 10000 + when.getMonth() * 100 + when.getDate();
}

function relative(when) {
  const days = Math.round((midnight(when) - midnight(new Date())) / 86_400_000);
  return { 0: "Today", "-1": "Yesterday", 1: "Tomorrow" }[days];
}

function midnight(when) {
  return new Date(when.getFullYear(), when.getMonth(), when.getDate()).getTime();
}

/** What stands on the line between two days. */
export function dayName(ts) {
  const when = new Date(Number(ts) * 1000);
  return relative(when) ?? day.format(when);
}

/** "2 minutes ago", for a thread's last reply. */
export function ago(ts) {
  const seconds = Math.max(0, Date.now() / 1000 - Number(ts));
  if (seconds < 60) return "just now";
  const units = [
    ["minute", 60, 3600],
    ["hour", 3600, 86_400],
    ["day", 86_400, Infinity],
  ];
  const [unit, size] = units.find(([, , below]) => seconds < below);
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** Slack's date tokens filled in; null if there is no such moment. */
export function formatDate(seconds, format) {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime())) return null;
  const pad = (number) => String(number).padStart(2, "0");
  const numeric = `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())}`;
  const near = (otherwise) => relative(when)?.toLowerCase() ?? otherwise;
  const tokens = {
    date_num: numeric,
    date_slash: numeric.replaceAll("-", "/"),
    date: plainDay.format(when),
    date_short: short.format(when),
    date_long: long.format(when),
    date_pretty: near(plainDay.format(when)),
    date_short_pretty: near(short.format(when)),
    date_long_pretty: near(long.format(when)),
    day_divider_pretty: near(day.format(when)),
    time: clock.format(when),
    time_secs: clockSeconds.format(when),
    ago: ago(seconds),
  };
  const filled = format.replace(/\{(\w+)\}/g, (all, name) => tokens[name] ?? all);
  return filled.charAt(0) === format.charAt(0) ? filled : filled.charAt(0).toUpperCase() + filled.slice(1);
}
