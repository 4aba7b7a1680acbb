// The amount in capitals while it is typed: <input data-capitals="id of the output">. A preview only: what counts is
// written by the server (kernel/capitals.py), which this follows. Up to 999,999,999,999.99 yuan.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SCALES = [[100000000, "亿"], [10000, "万"]];

// 1..9999, one 零 for each inner run of zeros: 6500 -> 陆仟伍佰, 2005 -> 贰仟零伍.
function section(number) {
  const digits = String(number).padStart(4, "0").split("").map(Number);
  const parts = digits.map((digit, at) => (digit ? DIGITS[digit] + ["仟", "佰", "拾", ""][at] : "零"));
  return parts.join("").replace(/零+/g, "零").replace(/^零|零$/g, "");
}

function yuan(number) {
  const scale = SCALES.find(([value]) => number >= value);
  if (!scale) return section(number);
  const [value, name] = scale;
  const lower = number % value;
  const gap = lower > 0 && lower < value / 10 ? "零" : "";
  return yuan(Math.floor(number / value)) + name + gap + (lower ? yuan(lower) : "");
}

function cents(jiao, fen, afterYuan) {
  if (!jiao && !fen) return "整";
  const tenths = jiao ? `${DIGITS[jiao]}角` : afterYuan ? "零" : "";
  return tenths + (fen ? `${DIGITS[fen]}分` : "");
}

// 12.5万元 -> 125000: the point moves as far as the word says; other words are left as they are.
function plain(input) {
  const text = input.replace(/[,，\s¥￥]/g, "").replace(/元$/, "");
  const found = /^(-?\d+)(?:\.(\d+))?([万亿])$/.exec(text);
  if (!found) return text;
  const places = found[3] === "万" ? 4 : 8;
  const digits = (found[2] || "").padEnd(places, "0");
  const rest = digits.slice(places);
  return found[1].replace(/^(-?)0+(?=\d)/, "$1") + digits.slice(0, places) + (rest ? `.${rest}` : "");
}

export function capitals(input) {
  const found = /^(-?)0*(\d{1,12})(?:\.(\d{1,2}))?$/.exec(plain(input));
  if (!found) return "";
  const whole = Number(found[2]);
  const [jiao, fen] = (found[3] || "").padEnd(2, "0").split("").map(Number);
  if (!whole && !jiao && !fen) return "零元整";
  return (found[1] ? "负" : "") + (whole ? `${yuan(whole)}元` : "") + cents(jiao, fen, whole > 0);
}

document.addEventListener("input", (event) => {
  const output = event.target.dataset ? document.getElementById(event.target.dataset.capitals) : null;
  if (output) output.textContent = capitals(event.target.value);
});
