// Numbers, dates and words for people.

const whole = new Intl.NumberFormat("en");

/// 12,250
export function count(value) { return whole.format(value); }

/// "1 pair", "12,250 pairs"
export function pairs(value) { return value === 1 ? "1 pair" : `${count(value)} pairs`; }

/// Three digits after the point; a dash for what is not known.
export function fraction(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}

/// "12.3 %"
export function percent(part, total) {
  if (!total) return "–";
  const share = 100 * part / total;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(share < 10 ? 1 : 0)} %`;
}

/// A point in time in the reader's own zone.
export function time(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/// How long something took: "0:39", "1:02:05".
export function duration(seconds) {
  const total = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/// A reason's code as words: "near duplicate".
export function words(code) { return code ? code.replaceAll("_", " ") : ""; }
