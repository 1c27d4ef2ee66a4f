// Days and times as the reader says them, in the reader's own time zone.
/** @typedef {import("./words.js").Language} Language */

/** @param {Date} moment */
const dayNumber = (moment) => Math.floor((moment.getTime() - moment.getTimezoneOffset() * 60000) / 86400000);

/**
 * "14:05", "昨天 14:05", "Friday, 14:05", "11月3日 14:05", and with the year for another one.
 * @param {Date} moment @param {Language} language @param {Date} [now]
 */
export function when(moment, language, now = new Date()) {
  const tag = language === "zh" ? "zh-CN" : "en-GB";
  const clock = moment.toLocaleTimeString(tag, { hour: "2-digit", minute: "2-digit", hour12: false });
  const days = dayNumber(now) - dayNumber(moment);
  const join = language === "zh" ? " " : ", ";
  if (days === 0) return clock;
  if (days === 1) return (language === "zh" ? "昨天" : "Yesterday") + join + clock;
  if (days > 1 && days < 7) return moment.toLocaleDateString(tag, { weekday: "long" }) + join + clock;
  const isThisYear = moment.getFullYear() === now.getFullYear();
  const day = moment.toLocaleDateString(tag, { month: "long", day: "numeric", ...(isThisYear ? {} : { year: "numeric" }) });
  return day + join + clock;
}
